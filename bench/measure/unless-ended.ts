/** Waits for something within a run; a run that ends without it, or fails, is not waited for. */
export async function unlessEnded<Value>(end: Promise<void>, event: Promise<Value>): Promise<Value> {
  const tooEarly = end.then(() => {
    throw new Error('a run ended before what was to happen in it');
  });
  return Promise.race([event, tooEarly]);
}
