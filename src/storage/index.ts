/** Values that are too large for a history: where they go instead, and how they are made smaller. */
export { roomOf, withLargePayloads } from './data-converter';
export {
  type CompressionOptions,
  type LargePayloadOptions,
  type LargePayloadSettings,
  largePayloadOptions,
  resolveLargePayloads,
  storageOfEnvironment,
} from './settings';
export { storeEarly } from './store-early';
