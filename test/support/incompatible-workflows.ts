// A version of our workflow that cannot go on with what ours recorded, for its first command is another one. It reads
// what was handed on, though.
import { sleep } from '@temporalio/workflow';
import { runAgent } from 'perdure/workflows';

export default function runOtherwise(...input: Parameters<typeof runAgent>): ReturnType<typeof runAgent> {
  void sleep('1 day');
  return runAgent(...input);
}
