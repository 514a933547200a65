import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import { isReferencePayload } from '@temporalio/common/lib/internal-non-workflow';

/**
 * A codec that leaves references to stored values as they are. The SDK encodes a value before it stores it and never
 * encodes the reference; what was stored before it was handed to the SDK must look the same.
 */
export class ReferenceSparingCodec implements PayloadCodec {
  constructor(private readonly codec: PayloadCodec) {}

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    // A reference comes alone: it is the result of an activity.
    return payloads.length > 0 && payloads.every(isReferencePayload)
      ? payloads
      : this.codec.encode(payloads, context);
  }

  decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return this.codec.decode(payloads, context);
  }
}
