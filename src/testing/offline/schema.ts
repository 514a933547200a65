import { isJsonArray, isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../common/json';

/** The schemas of which a value must fit one: with references followed, `allOf` merged, and `null` at the end. */
export function variantsOf(schema: JsonObject, root: JsonObject): JsonObject[] {
  const { $ref, allOf, anyOf, oneOf, ...rest } = schema;
  if (typeof $ref === 'string') return variantsOf({ ...resolve($ref, root), ...rest }, root);
  if (isJsonArray(allOf)) return variantsOf(merge([rest, ...objectsIn(allOf)], root), root);
  const alternatives = objectsIn(anyOf ?? oneOf);
  if (alternatives.length > 0) {
    return nullLast(alternatives.flatMap((alternative) => variantsOf({ ...rest, ...alternative }, root)));
  }
  const { type } = rest;
  if (isJsonArray(type)) return nullLast(type.map((one) => ({ ...rest, type: one })));
  return [rest];
}

export function propertiesOf({ properties }: JsonObject): [string, JsonObject][] {
  return Object.entries(isJsonObject(properties) ? properties : {}).map(([name, schema]) => [
    name,
    isJsonObject(schema) ? schema : {},
  ]);
}

export function requiredOf({ required }: JsonObject): readonly JsonValue[] {
  return isJsonArray(required) ? required : [];
}

function resolve(reference: string, root: JsonObject): JsonObject {
  if (reference === '#') return root;
  let found: JsonValue | undefined = root;
  for (const key of reference.replace(/^#\//, '').split('/')) {
    found = isJsonObject(found)
      ? ownValue(found, key.replaceAll('~1', '/').replaceAll('~0', '~'))
      : undefined;
  }
  return isJsonObject(found) ? found : {};
}

function merge(schemas: readonly JsonObject[], root: JsonObject): JsonObject {
  const parts = schemas.map((schema) => variantsOf(schema, root)[0] ?? {});
  const merged: Record<string, JsonValue> = {};
  for (const part of parts) Object.assign(merged, part);
  const properties = Object.fromEntries(parts.flatMap(propertiesOf));
  if (Object.keys(properties).length === 0) return merged;
  return { ...merged, properties, required: parts.flatMap(requiredOf) };
}

function objectsIn(list: JsonValue | undefined): JsonObject[] {
  return isJsonArray(list) ? list.filter(isJsonObject) : [];
}

function nullLast(schemas: JsonObject[]): JsonObject[] {
  return schemas.toSorted(
    (left, right) => Number(left['type'] === 'null') - Number(right['type'] === 'null'),
  );
}
