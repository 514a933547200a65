/** A model as the table of `@pydantic/genai-prices` names it. */
export interface ListedName {
  readonly providerId: string;
  readonly modelId: string;
}

/** The part of a model's name before the colon is ours, the part behind it the provider's. */
export function toListedName(name: string): ListedName | undefined {
  const colon = name.indexOf(':');
  if (colon < 1) return undefined;
  return { providerId: name.slice(0, colon).replace(/-chat$/, ''), modelId: name.slice(colon + 1) };
}
