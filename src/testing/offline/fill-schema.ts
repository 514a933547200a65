import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../common/json';
import { isFittingNumber, isFittingText, toFittingNumber, toFittingText } from './fit';
import { propertiesOf, requiredOf, variantsOf } from './schema';
import { booleanCandidates, type Candidate, numberCandidates, type Sources, textCandidates } from './sources';
import { mentions, normalized, toText } from './words';

/** A value for a schema; `certain` when the conversation says all that it needs. */
export type Filled = Candidate<JsonValue>;

export interface FillOptions {
  readonly sources: Sources;
  /** Values that were refused before. */
  readonly refused?: readonly JsonValue[];
  /** Also what could be left out. */
  readonly everything?: boolean;
}

/** Fills a schema of an object from what a conversation says. */
export function fillSchema(schema: JsonObject, options: FillOptions): Filled {
  return new Filler(schema, options).fill(schema, { name: '', depth: 0 });
}

function typeOf(schema: JsonObject): string {
  return toText(schema['type'] ?? ('properties' in schema ? 'object' : 'string'));
}

interface Place {
  readonly name: string;
  readonly depth: number;
}

/** Schemas may contain themselves: from here on only what is required is filled. */
const MAX_DEPTH = 6;

/** And those that require themselves have no value at all. */
const HOPELESS_DEPTH = 2 * MAX_DEPTH;

class Filler {
  /** Two properties rather get two different values of the prompt than the same one. */
  readonly #taken = new Set<string>();

  constructor(
    private readonly root: JsonObject,
    private readonly options: FillOptions,
  ) {}

  fill(schema: JsonObject, place: Place): Filled {
    if (place.depth > HOPELESS_DEPTH) return { value: null, certain: false };
    const variants = variantsOf(schema, this.root);
    const filled = variants.map((variant) => this.#fillVariant(variant, place));
    return filled.find(({ certain }) => certain) ?? filled[0] ?? { value: null, certain: false };
  }

  #fillVariant(schema: JsonObject, place: Place): Filled {
    if ('const' in schema) return { value: schema['const'] ?? null, certain: true };
    if (isJsonArray(schema['enum'])) return this.#choose(schema['enum'], place);
    switch (typeOf(schema)) {
      case 'object':
        return this.#fillObject(schema, place);
      case 'array':
        return this.#fillArray(schema, place);
      case 'number':
      case 'integer':
        return this.#fillNumber(schema, place);
      case 'boolean':
        return (
          this.#take(booleanCandidates(place.name, this.options.sources)) ?? { value: false, certain: true }
        );
      case 'null':
        return { value: null, certain: false };
      default:
        return this.#fillText(schema, place);
    }
  }

  #fillObject(schema: JsonObject, { depth }: Place): Filled {
    const required = requiredOf(schema);
    const filled: [string, JsonValue][] = [];
    let certain = true;
    for (const [name, property] of propertiesOf(schema)) {
      const isRequired = required.includes(name);
      if (!isRequired && depth >= MAX_DEPTH) continue;
      const found = this.fill(property, { name, depth: depth + 1 });
      if (isRequired) certain &&= found.certain;
      const isWanted = isRequired || this.options.everything === true || this.#isSaid(property, found);
      if (isWanted) filled.push([name, found.value]);
    }
    return { value: Object.fromEntries(filled), certain };
  }

  /** Whether an optional value is worth being passed: what nobody mentioned is left to its default. */
  #isSaid(property: JsonObject, { value, certain }: Filled): boolean {
    if (!certain || value === false || (isJsonArray(value) && value.length === 0)) return false;
    return !('enum' in property) || mentions(this.options.sources.text, toText(value));
  }

  #fillArray(schema: JsonObject, { name, depth }: Place): Filled {
    const least = Number(schema['minItems'] ?? 0);
    const most = Number(schema['maxItems'] ?? MAX_DEPTH);
    const { prefixItems } = schema;
    if (isJsonArray(prefixItems)) return this.#fillTuple(prefixItems, { name, depth });
    const items = toItemSchema(schema['items']);
    const values: JsonValue[] = [];
    let certain = true;
    while (values.length < most && depth < MAX_DEPTH) {
      const item = this.fill(items, { name: toSingular(name), depth: depth + 1 });
      const isNew =
        item.certain && !values.some((value) => JSON.stringify(value) === JSON.stringify(item.value));
      if (!isNew && values.length >= least) break;
      certain &&= isNew;
      values.push(item.value);
    }
    return { value: values, certain: certain && values.length > 0 };
  }

  #fillTuple(items: readonly JsonValue[], { name, depth }: Place): Filled {
    const filled = items.map((item) => this.fill(toItemSchema(item), { name, depth: depth + 1 }));
    return { value: filled.map(({ value }) => value), certain: filled.every(({ certain }) => certain) };
  }

  #choose(choices: readonly JsonValue[], { name }: Place): Filled {
    const { text, leaves } = this.options.sources;
    const allowed = choices.filter((choice) => !this.options.refused?.includes(choice));
    const known = leaves.find(
      ({ path, value }) => normalized(path.at(-1) ?? '') === normalized(name) && allowed.includes(value),
    );
    const said = allowed.find((choice) => mentions(text, toText(choice)));
    return { value: known?.value ?? said ?? allowed[0] ?? choices[0] ?? null, certain: true };
  }

  #fillNumber(schema: JsonObject, { name }: Place): Filled {
    const candidates = numberCandidates(name, this.options.sources);
    const found = this.#take(candidates.filter(({ value }) => isFittingNumber(value, schema)));
    if (found !== undefined) return found;
    const madeUp = this.options.sources.summary === undefined ? 1 : 0;
    const value = candidates[0]?.value ?? schema['default'] ?? madeUp;
    return { value: toFittingNumber(Number(value), schema), certain: false };
  }

  #fillText(schema: JsonObject, { name }: Place): Filled {
    const candidates = textCandidates(name, schema, this.options.sources);
    const found = this.#take(candidates.filter(({ value }) => isFittingText(value, schema)));
    if (found !== undefined) return found;
    return { value: toFittingText(candidates[0]?.value ?? '', schema), certain: false };
  }

  #take<Value extends JsonValue>(candidates: readonly Candidate<Value>[]): Candidate<Value> | undefined {
    const allowed = candidates.filter(({ value }) => !this.options.refused?.includes(value));
    const fresh = allowed.find(({ value, certain }) => certain && !this.#taken.has(toText(value)));
    const taken = fresh ?? allowed[0] ?? candidates[0];
    if (taken?.certain === true && typeof taken.value !== 'boolean') this.#taken.add(toText(taken.value));
    return taken;
  }
}

function toItemSchema(items: JsonValue | undefined): JsonObject {
  return isJsonObject(items) ? items : {};
}

function toSingular(name: string): string {
  return name.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');
}
