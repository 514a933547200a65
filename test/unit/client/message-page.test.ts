import { assertPage, toPage } from '../../../src/client/message-page';
import { UserError } from '../../../src/common/errors';
import type { RecordedConversation } from '../../../src/history';
import { request, user } from '../../support/messages';

/** Ten messages, of which those from `before` on are retained. */
function tenMessages(before = 0): RecordedConversation {
  const all = Array.from({ length: 10 }, (_, index) => request(user(String(index)))).slice(before);
  const recorded: Pick<RecordedConversation, 'before' | 'messagesSoFar'> = {
    before,
    messagesSoFar: () => all,
  };
  return recorded as RecordedConversation; // all that is read of it
}

function numbersOf(...asked: Parameters<typeof toPage>): number[] {
  return toPage(...asked).map(({ parts }) => Number((parts[0] as { content: string }).content)); // made above
}

describe('a page of messages', () => {
  it.each([
    [{}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0],
    [{ limit: 2 }, [0, 1], 0],
    [{ from: 8 }, [8, 9], 8],
    [{ from: 3, limit: 2 }, [3, 4], 3],
    [{ from: -2 }, [8, 9], 8],
    [{ from: -4, limit: 2 }, [6, 7], 6],
    [{ from: -99, limit: 2 }, [0, 1], 0],
    [{ from: 10 }, [], 10],
    [{ from: 99 }, [], 10],
  ])('of ten with %j is %j', (options, numbers, from) => {
    expect(numbersOf(tenMessages(), options)).toEqual(numbers);
    expect(toPage(tenMessages(), options)).toMatchObject({ from, total: 10 });
  });

  it.each([
    [{}, [6, 7, 8, 9], 6],
    [{ limit: 2 }, [6, 7], 6],
    [{ from: 0, limit: 2 }, [], 6],
    [{ from: 5, limit: 3 }, [6, 7], 6],
    [{ from: 7, limit: 1 }, [7], 7],
    [{ from: -3 }, [7, 8, 9], 7],
  ])('of which the first six are not retained with %j is %j', (options, numbers, from) => {
    expect(numbersOf(tenMessages(6), options)).toEqual(numbers);
    expect(toPage(tenMessages(6), options)).toMatchObject({ from, total: 10 });
  });

  it('of nothing is empty', () => {
    expect(toPage(undefined, { from: -5, limit: 3 })).toMatchObject({ length: 0, from: 0, total: 0 });
  });

  it('can be read as JSON, and one after the other', () => {
    const seen: number[] = [];
    for (let from = 0, total = 1; from < total;) {
      const page = toPage(tenMessages(), { from, limit: 3 });
      seen.push(page.length);
      ({ total } = page);
      from = page.from + page.length;
    }
    expect(seen).toEqual([3, 3, 3, 1]);
    expect(JSON.parse(JSON.stringify(toPage(tenMessages(), { limit: 1 })))).toEqual([request(user('0'))]);
  });

  it.each([{ limit: 0 }, { from: 1.5 }, { to: 3 }])('is refused with %j', (options: object) => {
    expect(() => assertPage(options, 'messages')).toThrow(UserError);
  });
});
