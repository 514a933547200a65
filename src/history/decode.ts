import type { LoadedDataConverter, Payload } from '@temporalio/common';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow';
import { type CarriedRun, isHandedOn } from '../common/carried-run';

export type Payloads = { payloads?: Payload[] | null } | null | undefined;

/** Reads the values of a history's events. */
export class Decoder {
  constructor(readonly converter: LoadedDataConverter) {}

  all(payloads: Payloads): Promise<unknown[]> {
    return decodeArrayFromPayloads(this.converter, payloads?.payloads);
  }

  async first<Value>(payloads: Payloads): Promise<Value> {
    return fromWire<Value>((await this.all(payloads))[0]);
  }
}

export function fromWire<Value>(value: unknown): Value {
  return value as Value; // written by this library, to its wire contract
}

/** What one workflow run handed to the next; nothing when someone started a workflow with anything else there. */
export function toHanded<State extends Pick<CarriedRun, 'format'>>(value: unknown): State | undefined {
  return isHandedOn<State>(value) ? value : undefined;
}
