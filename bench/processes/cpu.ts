/** CPU that this process has used, all threads together, in milliseconds. */
export function cpuOfThisProcess(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
