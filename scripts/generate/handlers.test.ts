import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FUNCTION } from '../../generated/constants.js';
import * as encode from '../../generated/encode.js';
import { createDispatcher, type StreamHandlers, type WireFailure } from '../../generated/handlers.js';
import type { JsonText } from '../../generated/json-text.js';
import { sliceField } from '../../src/domain/json-text.js';

const json = (text: string): JsonText => text as JsonText;
const ADDRESS = '"stream_name":"s","group_id":"g","item_id":"i"';

interface Answer {
  readonly failure: WireFailure | undefined;
  readonly result: JsonText | undefined;
}

/** Handlers that echo their input; `overrides` replace some. */
function dispatcher(overrides: Partial<StreamHandlers<string>> = {}) {
  const echo = (input: unknown): JsonText => json(JSON.stringify(input));
  const handlers: StreamHandlers<string> = {
    set: echo,
    get: echo,
    delete: echo,
    list: echo,
    listGroups: echo,
    listAll: echo,
    send: echo,
    update: echo,
    ...overrides,
  };
  const invalidInput = (message: string): unknown => ({ reason: 'invalid_input', message });
  const describeError = (error: unknown) => {
    const { reason = 'internal', message } = error as { reason?: string; message: string };
    return { reason, message: `${reason}: ${message}` };
  };
  const dispatch = createDispatcher(handlers, { sliceField, invalidInput, describeError });
  const call = (id: string, payload: string | undefined): Answer[] => {
    const answers: Answer[] = [];
    const known = dispatch(
      id,
      payload === undefined ? undefined : json(payload),
      'context',
      (failure, result) => {
        answers.push({ failure, result });
      },
    );
    assert.equal(known, true);
    return answers;
  };
  return { dispatch, call };
}

test('a handler gets raw text of any-typed fields and is answered in the same turn', () => {
  const { call } = dispatcher({
    set: (input, context) => {
      assert.equal(context, 'context');
      assert.deepEqual(input, {
        data: '{"n": 1.0, "big": 9007199254740993}',
        stream_name: 's',
        group_id: 'g',
        item_id: 'i',
      });
      return json('1');
    },
  });
  const payload = `{${ADDRESS},"data": {"n": 1.0, "big": 9007199254740993} ,"_caller_worker_id":"w"}`;
  assert.deepEqual(call(FUNCTION.set, payload), [{ failure: undefined, result: '1' }]);
});

test('update gets its operations parsed, and the text that they were parsed from', () => {
  const { call } = dispatcher();
  const payload = `{${ADDRESS},"ops":[{"type":"set","path":"a","value":1.0}]}`;
  const [answer] = call(FUNCTION.update, payload);
  const input = JSON.parse(answer?.result ?? '') as Record<string, unknown>;
  assert.deepEqual(input.ops, [{ type: 'set', path: 'a', value: 1 }]);
  assert.equal(input.payload, payload);
});

test('list_all takes no payload, null and an empty object', () => {
  const { call } = dispatcher();
  for (const payload of [undefined, 'null', '{}', '{"_caller_worker_id":"w"}']) {
    assert.equal(call(FUNCTION.listAll, payload)[0]?.failure, undefined);
  }
  assert.match(
    call(FUNCTION.listAll, '[]')[0]?.failure?.message ?? '',
    /^invalid_input: payload: must be object$/,
  );
});

test("bad input is answered with the function's code and the field", () => {
  const { call } = dispatcher();
  const failures: [string, string | undefined, string, string][] = [
    [FUNCTION.set, '{"stream_name":"s"}', 'STREAM_SET_ERROR', 'data: is required'],
    [FUNCTION.get, undefined, 'STREAM_GET_ERROR', 'payload: must be object'],
    [FUNCTION.list, '{"stream_name":"s","group_id":1}', 'STREAM_GET_GROUP_ERROR', 'group_id: must be string'],
    [FUNCTION.delete, '{"stream_name":"s","item_id":"i"}', 'STREAM_DELETE_ERROR', 'group_id: is required'],
    [FUNCTION.update, `{${ADDRESS},"ops":{}}`, 'STREAM_UPDATE_ERROR', 'ops: must be array'],
  ];
  for (const [id, payload, code, what] of failures) {
    const failure = { code, reason: 'invalid_input', message: `invalid_input: ${what}` };
    assert.deepEqual(call(id, payload), [{ failure, result: undefined }]);
  }
});

test('what a handler throws or rejects with becomes a wire error, once', async () => {
  const { call, dispatch } = dispatcher({
    get: () => {
      throw new Error('thrown');
    },
    list: () => Promise.reject(new Error('rejected')),
    send: () => Promise.resolve(undefined),
  });
  const thrown = { code: 'STREAM_GET_ERROR', reason: 'internal', message: 'internal: thrown' };
  assert.deepEqual(call(FUNCTION.get, `{${ADDRESS}}`), [{ failure: thrown, result: undefined }]);
  const later = (id: string, payload: string): Promise<Answer> =>
    new Promise((resolve) => {
      dispatch(id, json(payload), 'context', (failure, result) => resolve({ failure, result }));
    });
  const rejected = { code: 'STREAM_GET_GROUP_ERROR', reason: 'internal', message: 'internal: rejected' };
  assert.deepEqual(await later(FUNCTION.list, `{${ADDRESS}}`), { failure: rejected, result: undefined });
  const sent = await later(FUNCTION.send, '{"stream_name":"s","group_id":"g","type":"t","data":null}');
  assert.deepEqual(sent, { failure: undefined, result: undefined });
});

test('an owner that throws in done is not called twice', () => {
  const { dispatch } = dispatcher();
  for (const payload of [`{${ADDRESS}}`, '{}']) {
    let calls = 0;
    const done = (): void => {
      calls++;
      throw new Error('owner');
    };
    assert.throws(() => dispatch(FUNCTION.get, json(payload), 'context', done), /owner/);
    assert.equal(calls, 1);
  }
});

test('an id that is none of ours is left alone', () => {
  const { dispatch } = dispatcher();
  for (const id of ['stream::nope', 'constructor', '']) {
    assert.equal(
      dispatch(id, undefined, 'context', () => assert.fail('answered')),
      false,
    );
  }
});

test('results are encoded from raw text', () => {
  const value = json('{"n":1.0}');
  assert.equal(
    encode.encodeSetResult({ old_value: json('null'), new_value: value }),
    '{"new_value":{"n":1.0},"old_value":null}',
  );
  assert.equal(encode.encodeDeleteResult({ old_value: value }), '{"old_value":{"n":1.0}}');
  assert.equal(encode.encodeListResult([]), '[]');
  assert.equal(encode.encodeListResult([value, json('2')]), '[{"n":1.0},2]');
  assert.equal(encode.encodeListGroupsResult(['a"b']), '["a\\"b"]');
  const listing = { stream: [{ id: 's', groups: ['g'] }], count: 1 };
  assert.deepEqual(JSON.parse(encode.encodeListAllResult(listing)), listing);
  const update = { old_value: value, new_value: value };
  const plain = '{"new_value":{"n":1.0},"old_value":{"n":1.0}}';
  assert.equal(encode.encodeUpdateResult(update), plain);
  assert.equal(encode.encodeUpdateResult({ ...update, errors: [] }), plain);
  const errors = [{ op_index: 0, code: 'c', message: 'm' }];
  assert.deepEqual(JSON.parse(encode.encodeUpdateResult({ ...update, errors })).errors, errors);
});
