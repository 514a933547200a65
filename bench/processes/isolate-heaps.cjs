// Preloaded into a worker process and the threads that it starts: workflows live in threads with heaps of their own, which
// Node 20 shows to nobody outside. Each collects its garbage and tells what is left.
const { BroadcastChannel, isMainThread, threadId } = require('node:worker_threads');
const { getHeapStatistics, queryObjects } = require('node:v8');

if (!isMainThread) {
  const channel = new BroadcastChannel('isolate-heaps');
  channel.onmessage = ({ data }) => {
    if (data === 'measure') channel.postMessage({ threadId, bytes: heapAfterCollection() });
  };
  channel.unref();
}

class Nobody {}

/**
 * A look for objects makes V8 collect all that it can, its cache of compiled scripts too. `gc()` leaves that to its age: some
 * MB of a worker's start, which would go at whatever moment a count is under way.
 */
function heapAfterCollection() {
  queryObjects(Nobody, { format: 'count' });
  return getHeapStatistics().used_heap_size;
}

module.exports = { heapAfterCollection };
