// The child's half of a program that the benchmark starts: it answers questions, and ends with who asks them.

/** What a program can be asked, by name. Arguments and answers are plain data. */
export type Answers<Contract> = { readonly [Name in keyof Contract]: (argument: never) => unknown };

export interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export type Answer =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

/** What the benchmark passed as this program's options. */
export function programOptions<Options>(): Options {
  return JSON.parse(process.argv[3] ?? '{}') as Options; // the benchmark and its program agree on it
}

/** Says that the program is ready, and answers from then on. */
export function answerParent<Contract extends Answers<Contract>>(answers: Contract): void {
  process.once('disconnect', () => process.exit(1));
  process.on('message', (question: Question) => void answer(answers, question));
  process.send?.({ id: 0, value: undefined } satisfies Answer);
}

async function answer<Contract extends Answers<Contract>>(
  answers: Contract,
  { id, name, argument }: Question,
): Promise<void> {
  try {
    const find = answers[name as keyof Contract]; // the asker's type allows only these
    process.send?.({ id, value: await find(argument as never) } satisfies Answer); // and only its argument
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer);
  }
}
