import path from 'node:path';
import ts from 'typescript';
import manifest from '../../package.json';

/*
 * The public names of each entry. A name that is missing here breaks users, a new one is a promise: both are decisions,
 * so both change this list.
 */
const PUBLIC = {
  '.': [
    'AgentRunError ContentFilterError ConversationBusyError ConversationClosedError HookExecutionError',
    'IncompleteToolCallError ModelRequestError ModelRetry NO_USAGE NoWorkerError PayloadTooLargeError',
    'RunCancelledError RunTimedOutError ServerUnreachableError ToolExecutionError ToolFailed ToolReturn',
    'TurnConflictError TurnNotKeptError UnexpectedModelBehaviorError UnknownTurnError UsageLimitExceededError',
    'UserError addUsage',
    'defineAgent defineTool dropToolResults fromChatMessages keepLast nativeOutput promptedOutput summarize textOutput',
    'toolOutput',
    'type:Agent type:AgentOptions type:BinaryContent type:ChatMessage type:CompactionContext type:CompactionFunction',
    'type:CompactionOptions type:CompactionStrategy type:DepsOf type:Duration type:FinishReason type:JsonObject',
    'type:JsonValue type:Model type:ModelMessage type:ModelRequest type:ModelRequestParameters type:ModelResponse',
    'type:ModelSettings type:OutputOf type:OutputSpecification type:ProviderItemPart type:RequestPart type:ResponsePart type:ResponseUsage',
    'type:RetryPromptPart type:RunContext type:RunErrorFields type:SystemPromptPart type:TextContent type:TextPart type:ThinkingPart',
    'type:Tool type:ToolCallPart type:ToolContext type:ToolDescription type:ToolLogger type:ToolOptions',
    'type:ToolReturnOutcome type:ToolReturnPart type:UrlContent type:Usage type:UsageLimits type:UserContent',
    'type:UserPrompt type:UserPromptPart type:ValidationIssue',
  ],
  './client': [
    'AgentClient Conversation RunHandle RunResult Turn TurnResult conversation getRun run runSync start',
    'type:AgentClientOptions type:AgentReference type:Compaction type:ConnectionSettings type:ConversationExport',
    'type:ConversationOptions type:ConversationStatus type:ConversationTurn type:ExportedTurn type:ForkOptions',
    'type:MessagePage type:PageOptions type:RetryOptions type:RunOptions type:RunStatus type:RunSyncOptions',
    'type:SendOptions type:StartOptions type:WaitOptions',
  ],
  './worker': [
    'createWorker perdurePlugin type:ConnectionSettings type:CreateWorkerOptions type:DeploymentOptions',
    'type:ModelPrice type:Models type:PluginOptions type:Prices',
  ],
  './workflows': ['runAgent'],
  './testing': [
    'functionModel offlineModel scriptedModel type:Answer type:FunctionModelOptions type:ModelFunction',
    'type:OfflineModelOptions',
    'type:RecordedRequest type:ScriptEntry type:ScriptedCall type:ScriptedModel',
  ],
  './dev-server': [
    'DevServerError startDevServer type:Binary type:BinarySource type:DevServer type:DevServerOptions',
  ],
} as Record<string, readonly string[]>;

const entries = Object.entries(manifest.exports).flatMap(([entry, target]) =>
  typeof target === 'string' ? [] : [{ entry, types: path.resolve(__dirname, '..', '..', target.types) }],
);

const program = ts.createProgram({
  rootNames: entries.map(({ types }) => types),
  options: { module: ts.ModuleKind.NodeNext, skipLibCheck: true, types: ['node'] },
});

/** The names that users can import, those of types with `type:` in front. */
function namesOf(file: string): string[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} exports nothing`);
  return checker.getExportsOfModule(module).map((name) => {
    const target = name.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name;
    return target.flags & ts.SymbolFlags.Value ? name.getName() : `type:${name.getName()}`;
  });
}

it('has the entries that are promised', () => {
  expect(Object.keys(manifest.exports)).toEqual([...Object.keys(PUBLIC), './package.json']);
});

describe.each(entries)('perdure, entry $entry', ({ entry, types }) => {
  const expected = (PUBLIC[entry] ?? []).flatMap((names) => names.split(' ')).sort();

  it('exports these names and no others', () => {
    expect(namesOf(types).sort()).toEqual(expected);
  });

  it('has them in its code as well as in its types', () => {
    const code: object = jest.requireActual(path.posix.join('perdure', entry));
    expect(Object.keys(code).sort()).toEqual(expected.filter((name) => !name.startsWith('type:')));
  });
});
