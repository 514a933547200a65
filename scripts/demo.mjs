// npm run demo [-- --stay]
import { spawn } from 'node:child_process';
import { root, setUp } from './setup.mjs';

try {
  await setUp();
  process.exitCode = await runDemo(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function runDemo(demoArguments) {
  return new Promise((resolve, reject) => {
    const demo = spawn(process.execPath, ['--import', 'tsx', 'examples/demo/main.ts', ...demoArguments], {
      cwd: root,
      stdio: 'inherit',
    });
    // A terminal sends Ctrl-C to the demo, too, which cleans up; this process waits for it.
    process.on('SIGINT', () => {});
    process.on('SIGTERM', () => demo.kill('SIGTERM'));
    demo.once('error', reject);
    demo.once('close', (code) => resolve(code ?? 1));
  });
}
