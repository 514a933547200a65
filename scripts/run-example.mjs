// npm run demo, npm run chat, npm run ten-thousand-steps: sets up, then runs examples/<folder>/main.ts with the arguments.
import { spawn } from 'node:child_process';
import { root, setUp } from './setup.mjs';

const [, , folder, ...exampleArguments] = process.argv;

try {
  await setUp();
  process.exitCode = await runExample();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function runExample() {
  return new Promise((resolve, reject) => {
    const program = `examples/${folder}/main.ts`;
    const example = spawn(process.execPath, ['--import', 'tsx', program, ...exampleArguments], {
      cwd: root,
      stdio: 'inherit',
    });
    // A terminal sends Ctrl-C to the example, too, which cleans up; this process waits for it.
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => example.kill('SIGTERM'));
    example.once('error', reject);
    example.once('close', (code) => resolve(code ?? 1));
  });
}
