import type { OutputSchema } from '../../../common/model';
import { present } from './present';
import { isStrictCompatible } from './strict-schema';

/** What both APIs want to know of the schema that a text has to fit. */
interface OutputFormat {
  name: string;
  description?: string;
  schema: Record<string, unknown>;
  strict: boolean;
}

export function toOutputFormat({ name, description, schema }: OutputSchema): OutputFormat {
  return {
    name: toFormatName(name),
    ...present({ description }),
    schema: { ...schema },
    strict: isStrictCompatible(schema),
  };
}

/** The APIs take up to 64 letters, digits, underscores and dashes; the name is only a hint to the model. */
function toFormatName(name: string): string {
  return name.replace(/[^\w-]/g, '_').slice(0, 64) || 'output';
}
