import { toServerArguments, type ServerSettings } from '../../../src/dev-server/server-arguments';

const settings: ServerSettings = {
  port: 7000,
  uiPort: 8000,
  database: { file: '/kept/temporal.db' },
  searchAttributes: { AgentName: 'Keyword', AgentTokens: 'Int' },
};

const commandLine = (changes: Partial<ServerSettings> = {}): string =>
  toServerArguments({ ...settings, ...changes }).join(' ');

it('listens on this machine only', () => {
  expect(commandLine()).toMatch(/^server start-dev --ip 127\.0\.0\.1 --port 7000 /);
});

it('has a UI when it has a port for it', () => {
  expect(commandLine()).toContain('--ui-port 8000');
  expect(commandLine()).not.toContain('--headless');
  expect(commandLine({ uiPort: undefined })).toContain('--headless');
});

it('lifts the poll limits that throttle a single run', () => {
  for (const queue of ['transfer', 'timer', 'visibility']) {
    expect(commandLine()).toContain(`--dynamic-config-value history.${queue}ProcessorMaxPollRPS=2000`);
  }
});

it('is configured as asked, in JSON', () => {
  const dynamicConfig = { 'history.workflowIdReuseMinimalInterval': '0s', 'limit.historyCount.error': 100 };
  const line = commandLine({ dynamicConfig });
  expect(line).toContain('--dynamic-config-value history.workflowIdReuseMinimalInterval="0s"');
  expect(line).toContain('--dynamic-config-value limit.historyCount.error=100');
  expect(line).toContain('history.transferProcessorMaxPollRPS=2000');
});

it('registers the search attributes', () => {
  expect(commandLine()).toContain('--search-attribute AgentName=Keyword --search-attribute AgentTokens=Int');
});

it('trades safety against power loss for speed in a temporary database only', () => {
  const temporary = { file: '/temporary/temporal.db', temporaryFolder: '/temporary' };
  expect(commandLine({ database: temporary })).toContain(
    '--sqlite-pragma journal_mode=WAL --sqlite-pragma synchronous=OFF',
  );
  expect(commandLine()).not.toContain('--sqlite-pragma');
});
