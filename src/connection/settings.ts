import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { z } from 'zod';
import { type Duration, durationSchema } from '../common/duration';
import { parseOptions } from '../common/options';

/** Where the server is. What is not given comes from the environment (`TEMPORAL_ADDRESS`, …) or a `temporal.toml`. */
export interface ConnectionSettings {
  /** `host:port`. @default `TEMPORAL_ADDRESS`, else `localhost:7233` */
  readonly address?: string;
  /** @default `TEMPORAL_NAMESPACE`, else `default` */
  readonly namespace?: string;
  /** @default `TEMPORAL_API_KEY` */
  readonly apiKey?: string;
  /** @default on when there is an API key, or as the `TEMPORAL_TLS_*` variables say */
  readonly tls?: NativeConnectionOptions['tls'];
  /** How long to try to reach the server. @default '10s' */
  readonly connectTimeout?: Duration;
}

/** Settings with everything filled in, in the terms of Temporal's connections. */
export interface ResolvedSettings {
  readonly address: string;
  readonly namespace: string;
  /** In milliseconds. */
  readonly connectTimeout: number;
  readonly options: Pick<NativeConnectionOptions, 'apiKey' | 'tls' | 'metadata'>;
}

const settingsSchema = z.strictObject({
  address: z.string().min(1).optional(),
  namespace: z.string().min(1).optional(),
  apiKey: z.string().min(1).optional(),
  tls: z.custom<NativeConnectionOptions['tls']>().optional(),
  connectTimeout: durationSchema.default(10_000),
});

/** @throws {UserError} for a bad setting, naming it. */
export function resolveSettings(settings: ConnectionSettings = {}): ResolvedSettings {
  const given = parseOptions(settingsSchema, settings, 'connection settings');
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const apiKey = given.apiKey ?? connectionOptions.apiKey;
  const tls = given.tls ?? connectionOptions.tls ?? (apiKey === undefined ? undefined : true);
  const { metadata } = connectionOptions;
  return {
    address: given.address ?? connectionOptions.address ?? 'localhost:7233',
    namespace: given.namespace ?? namespace ?? 'default',
    connectTimeout: given.connectTimeout,
    options: {
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(tls === undefined ? {} : { tls }),
      ...(metadata === undefined ? {} : { metadata }),
    },
  };
}
