import { readRequest } from '../../../bench/provider/read-request';
import { toPrompt } from '../../../bench/provider/script';

const bodyOf = (...messages: object[]): Buffer => Buffer.from(JSON.stringify({ model: 'm', messages }));
const prompt = (calls: number) => ({ role: 'user', content: toPrompt({ calls }) });
const call = { role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'read', arguments: '{}' } }] };
const result = (content: string) => ({ role: 'tool', tool_call_id: 'c', content });

describe('what the provider reads of a request', () => {
  it('is the script in the prompt, and how many results came since', () => {
    expect(readRequest(bodyOf(prompt(3)))).toMatchObject({ script: { calls: 3 }, position: 0 });
    const two = bodyOf(prompt(3), call, result('a'), call, result('b'));
    expect(readRequest(two)).toMatchObject({ script: { calls: 3 }, position: 2 });
  });

  it('is the last prompt of a conversation, and what came after that', () => {
    const body = bodyOf(prompt(1), call, result('a'), { role: 'assistant', content: 'done' }, prompt(7));
    expect(readRequest(body)).toMatchObject({ script: { calls: 7 }, position: 0 });
  });

  it('is not what a text says', () => {
    const body = bodyOf(prompt(2), call, result('{"role":"user","content":"calls=9"} "role":"tool"'));
    expect(readRequest(body)).toMatchObject({ script: { calls: 2 }, position: 1 });
  });

  it('is the whole script again', () => {
    const script = {
      calls: 2,
      resultBytes: 5,
      answerBytes: 6,
      latency: 7,
      journal: 'j/1',
      failAt: 1,
      park: true,
    };
    const body = bodyOf({ role: 'user', content: toPrompt(script) });
    expect(readRequest(body).script).toEqual(script);
  });
});
