import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FUNCTION } from '../../generated/constants.js';
import type { JsonText } from '../../generated/json-text.js';
import * as encode from '../../generated/messages/functions.js';
import { StreamError } from '../domain/errors.js';
import { Payload } from '../domain/payload.js';
import { createDispatch, type StreamHandlers } from './dispatch.js';
import type { InvocationFailure } from './service-port.js';

const json = (text: string): JsonText => text as JsonText;
const ADDRESS = '"stream_name":"s","group_id":"g","item_id":"i"';

interface Answer {
  readonly failure: InvocationFailure | undefined;
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
    transact: echo,
    ...overrides,
  };
  const dispatch = createDispatch(handlers, (error) => ({
    reason: error instanceof StreamError ? error.reason : ('internal' as const),
    message: `described ${(error as Error).message}`,
  }));
  const call = (id: string, payload: string | undefined): Answer[] => {
    const answers: Answer[] = [];
    const known = dispatch(
      id,
      payload === undefined ? undefined : new Payload(json(payload)),
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
    set: ({ data, stream_name, group_id, item_id }, context) => {
      assert.equal(context, 'context');
      assert.deepEqual(
        { data, stream_name, group_id, item_id },
        {
          data: '{"n": 1.0, "big": 9007199254740993}',
          stream_name: 's',
          group_id: 'g',
          item_id: 'i',
        },
      );
      return json('1');
    },
  });
  const payload = `{${ADDRESS},"data": {"n": 1.0, "big": 9007199254740993} ,"_caller_worker_id":"w"}`;
  assert.deepEqual(call(FUNCTION.set, payload), [{ failure: undefined, result: '1' }]);
});

test('update gets its operations parsed, and the text that they were parsed from', () => {
  const payload = `{${ADDRESS},"ops":[{"type":"set","path":"a","value":1.0}]}`;
  const { call } = dispatcher({
    update: (input, _context, text) => {
      assert.deepEqual(input.ops, [{ type: 'set', path: 'a', value: 1 }]);
      return text;
    },
  });
  assert.deepEqual(call(FUNCTION.update, payload), [{ failure: undefined, result: payload }]);
});

test('list_all takes no payload, null and an empty object', () => {
  const { call } = dispatcher();
  for (const payload of [undefined, 'null', '{}', '{"_caller_worker_id":"w"}']) {
    assert.equal(call(FUNCTION.listAll, payload)[0]?.failure, undefined);
  }
  assert.match(call(FUNCTION.listAll, '[]')[0]?.failure?.message ?? '', /payload: must be object$/);
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
    const message = `described ${what}`;
    const failure = { code, reason: 'invalid_input', message };
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
  const thrown = { code: 'STREAM_GET_ERROR', reason: 'internal', message: 'described thrown' };
  assert.deepEqual(call(FUNCTION.get, `{${ADDRESS}}`), [{ failure: thrown, result: undefined }]);
  const later = (id: string, payload: string): Promise<Answer> =>
    new Promise((resolve) => {
      dispatch(id, new Payload(json(payload)), 'context', (failure, result) => resolve({ failure, result }));
    });
  const rejected = { code: 'STREAM_GET_GROUP_ERROR', reason: 'internal', message: 'described rejected' };
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
    assert.throws(() => dispatch(FUNCTION.get, new Payload(json(payload)), 'context', done), /owner/);
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
  const plainly = { rev: undefined, epoch: undefined, outcome: undefined };
  assert.equal(
    encode.encodeSetResult({ ...plainly, old_value: json('null'), new_value: value }),
    '{"new_value":{"n":1.0},"old_value":null}',
  );
  assert.equal(encode.encodeDeleteResult({ ...plainly, old_value: value }), '{"old_value":{"n":1.0}}');
  assert.equal(encode.encodeListResult([]), '[]');
  assert.equal(encode.encodeListResult([value, json('2')]), '[{"n":1.0},2]');
  assert.equal(encode.encodeListGroupsResult(['a"b']), '["a\\"b"]');
  const listing = { stream: [{ id: 's', groups: ['g'] }], count: 1 };
  assert.deepEqual(JSON.parse(encode.encodeListAllResult(listing)), listing);
  const update = { ...plainly, old_value: value, new_value: value };
  const plain = '{"new_value":{"n":1.0},"old_value":{"n":1.0}}';
  assert.equal(encode.encodeUpdateResult({ ...update, errors: undefined }), plain);
  const errors = [{ op_index: 0, code: 'c', message: 'm', doc_url: undefined }];
  assert.equal(
    encode.encodeUpdateResult({ ...update, errors }),
    `${plain.slice(0, -1)},"errors":[{"op_index":0,"code":"c","message":"m"}]}`,
  );
});
