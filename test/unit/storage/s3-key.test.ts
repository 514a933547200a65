import { toObjectKey } from '../../../src/storage/s3-key';

const DIGEST = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

describe('the key of an object', () => {
  // The examples of the specification that the drivers of all of Temporal's SDKs follow.
  it.each([
    {
      target: {
        kind: 'workflow',
        namespace: 'payments prod',
        type: 'ChargeWorkflow',
        id: 'order+123=abc',
        runId: '3f1d6c7a-8b2e-4f7a-9d0a-87a6f95e4d31',
      } as const,
      key: `v0/ns/payments%20prod/wt/ChargeWorkflow/wi/order%2B123%3Dabc/ri/3f1d6c7a-8b2e-4f7a-9d0a-87a6f95e4d31/d/sha256/${DIGEST}`,
    },
    {
      target: {
        kind: 'activity',
        namespace: 'payments prod',
        type: 'Capture/Charge',
        id: 'activity id+42',
        runId: '9e1d1fd9-2f8a-4c40-93e2-731f31b9268b',
      } as const,
      key: `v0/ns/payments%20prod/at/Capture%2FCharge/ai/activity%20id%2B42/ri/9e1d1fd9-2f8a-4c40-93e2-731f31b9268b/d/sha256/${DIGEST}`,
    },
    {
      target: { kind: 'workflow', namespace: 'default', id: "~a!-_.*'()" } as const,
      key: `v0/ns/default/wt/null/wi/%7Ea!-_.*'()/ri/null/d/sha256/${DIGEST}`,
    },
    { target: undefined, key: `v0/d/sha256/${DIGEST}` },
  ])('is $key', ({ target, key }) => {
    expect(toObjectKey(target, DIGEST)).toBe(key);
  });
});
