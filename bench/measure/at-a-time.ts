/** Does the same so many times, never more than so many at a time. */
export async function atATime(limit: number, times: number, work: () => Promise<unknown>): Promise<void> {
  let left = times;
  async function go(): Promise<void> {
    while (left > 0) {
      left -= 1;
      await work();
    }
  }
  await Promise.all(Array.from({ length: limit }, go));
}
