/** The pure core of conversations: which turn is taken, what it leaves behind. No await, no Temporal, no clock. */
export { fromCarriedConversation, toCarriedConversation, withoutConversationMessages } from './carry';
export { findTurn, turnAnswer } from './find-turn';
export { refusalOfCancel, refusalOfRewind, refusalOfTurn } from './judge';
export { type ConversationState, lengthOf, startConversation } from './state';
export {
  type EndedTurn,
  requestOf,
  startTurn,
  toTurnOfConversation,
  withRewind,
  withTurnAsked,
  withTurnBegun,
  withTurnEnded,
} from './take-turns';
