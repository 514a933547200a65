// What a later version of our workflow could be: it reads the form of state that comes after ours.
import { runAgent } from 'perdure/workflows';

type Carried = NonNullable<Parameters<typeof runAgent>[1]>;

export default function runNewer(
  input: Parameters<typeof runAgent>[0],
  carried?: Carried,
): ReturnType<typeof runAgent> {
  return runAgent(input, carried && { ...carried, format: carried.format - 1 });
}
