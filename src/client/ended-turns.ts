import type { TurnEntry } from '../common/conversation-wire';
import { isOpen, type PlacedTurn } from '../history';

export type EndedTurn = PlacedTurn & { readonly status: TurnEntry['status'] };

export function isEnded(turn: PlacedTurn): turn is EndedTurn {
  return !isOpen(turn);
}
