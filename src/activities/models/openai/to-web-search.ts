import { isJsonObject, type JsonObject } from '../../../common/json';

/** Responses' web search, in the words of Chat Completions, to which it is an option of the request and no tool. */
export function toWebSearchOptions({ type: _, user_location: location, ...options }: JsonObject): JsonObject {
  if (!isJsonObject(location) || 'approximate' in location) {
    return location === undefined ? options : { ...options, user_location: location };
  }
  const { type = 'approximate', ...approximate } = location;
  return { ...options, user_location: { type, approximate } };
}

/** Other providers know a tool of that type, too; theirs holds its options in a field of that name. */
export function isWebSearch({ type, web_search: theirs }: JsonObject): boolean {
  return type === 'web_search' && theirs === undefined;
}
