import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { startDevServer } from 'perdure/dev-server';
import { serverPid } from './measure/process-cpu';
import { Program } from './processes/program';
import type { ProviderContract } from './provider/contract';

/** Beyond gRPC's 4 MB, so that the histories of the floor can be read. */
const MAX_MESSAGE_BYTES = 128 * 1024 * 1024;

/**
 * Otherwise the dev server reads namespace and cluster from its database whenever it meets search attributes: 13 times for a run of
 * the floor, 22 for one of this library. Servers in production remember them, and so does this one.
 */
const AS_IN_PRODUCTION = { 'system.forceSearchAttributesCacheRefreshOnRead': false };

/** What stands while a case is measured: one Temporal server and one provider, the same for all that are compared. */
export interface Stage {
  readonly temporal: Client;
  readonly address: string;
  readonly serverPid: number | undefined;
  readonly serverVersion: string;
  readonly provider: Program<ProviderContract>;
  readonly baseURL: string;
  readonly floorBundle: string;
  close(): Promise<void>;
}

/** A new server for each case, so that none finds what another left. */
export async function openStage(): Promise<Stage> {
  // Never one that runs already: it may lack the raised poll limits, without which everybody waits 30 ms a step.
  const server = await startDevServer({
    ui: false,
    environment: { ...process.env, TEMPORAL_ADDRESS: '' },
    dynamicConfig: AS_IN_PRODUCTION,
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'perdure-bench-'));
  const connection = await Connection.connect({
    address: server.address,
    channelArgs: { 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES },
  });
  const provider = await Program.start<ProviderContract>('provider/program.ts', { options: {} });
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  return {
    temporal: new Client({ connection }),
    address: server.address,
    serverPid: serverPid(),
    serverVersion,
    provider,
    baseURL: await provider.ask('baseURL'),
    floorBundle: await bundleFloor(folder),
    close: async () => {
      await provider.stop();
      await connection.close();
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Once and beforehand, as this library ships its own: no worker is slowed or swollen by webpack. */
async function bundleFloor(folder: string): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, 'floor', 'workflows.ts'),
    logger: new DefaultLogger('WARN'),
  });
  const file = path.join(folder, 'floor-bundle.js');
  await writeFile(file, code);
  return file;
}
