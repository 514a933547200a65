/** Below this, what is given as a key is a stand-in such as `test`, and taking it out would only garble the text. */
const SHORTEST_KEY = 8;

/** The text without keys: those that are known, and what looks like one. It will be recorded and shown. */
export function withoutSecrets(text: string, secrets: readonly (string | null | undefined)[]): string {
  return secrets
    .filter((secret): secret is string => typeof secret === 'string' && secret.length >= SHORTEST_KEY)
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
    .replace(/Bearer\s+[^\s"',]+/gi, 'Bearer ***')
    .replace(/\bsk-[\w-]{8,}/g, 'sk-***');
}
