import type { z } from 'zod';
import { UserError } from './errors';
import type { ValidationIssue } from './messages';

/** Parses what a user passed, or throws a `UserError` that says where and names each bad field. */
export function parseOptions<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  where: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const complaints = toIssues(parsed.error).map(({ path, message }) =>
    path === '' ? message : `${path}: ${message}`,
  );
  throw new UserError(`${where}: ${complaints.join('; ')}`);
}

export function toIssues(error: z.ZodError): ValidationIssue[] {
  return error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
}

/** Where a definition's mistake is: `defineTool('add')`, or `defineTool` while it has no name. */
export function describeCall(definition: string, options: unknown): string {
  const name =
    typeof options === 'object' && options !== null && 'name' in options ? options.name : undefined;
  return typeof name === 'string' ? `${definition}('${name}')` : definition;
}
