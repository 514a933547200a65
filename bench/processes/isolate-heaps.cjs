// Preloaded into a worker process and the threads that it starts: workflows live in threads with heaps of their own, which
// Node 20 shows to nobody outside. Each collects its garbage and tells what is left.
const { BroadcastChannel, isMainThread, threadId } = require('node:worker_threads');
const { getHeapStatistics } = require('node:v8');

if (!isMainThread) {
  const channel = new BroadcastChannel('isolate-heaps');
  channel.onmessage = ({ data }) => {
    if (data === 'measure') channel.postMessage({ threadId, bytes: heapAfterCollection() });
  };
  channel.unref();
}

function heapAfterCollection() {
  globalThis.gc();
  globalThis.gc();
  return getHeapStatistics().used_heap_size;
}

module.exports = { heapAfterCollection };
