/** The pure core of conversations: which turn is taken, what it leaves behind. No await, no Temporal, no clock. */
export { withTurnAsked } from './ask-turn';
export { requestOf, startTurn, toTurnOfConversation, withTurnBegun } from './begin-turn';
export { fromCarriedConversation, toCarriedConversation, withoutConversationMessages } from './carry';
export { type EndedTurn, withTurnEnded } from './end-turn';
export { findTurn, turnAnswer } from './find-turn';
export { refusalOfCancel, refusalOfRewind, refusalOfTurn } from './judge';
export { type ConversationState, lengthOf, startConversation } from './state';
export { withRewind } from './take-back';
