import { blockingCall } from './blocking-call';
import type { Case } from './case';
import { coldCache } from './cold-cache';
import { coldConversation } from './cold-conversation';
import { conversation } from './conversation';
import { historySize } from './history-size';
import { killedWorker } from './killed-worker';
import { openRuns } from './open-runs';
import { singleCall } from './single-call';
import { step } from './step';
import { throughput } from './throughput';

export const CASES: readonly Case[] = [
  singleCall,
  step,
  throughput,
  historySize,
  openRuns,
  conversation,
  killedWorker,
  coldCache,
  blockingCall,
  coldConversation,
];
