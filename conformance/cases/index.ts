import type { Case } from '../runner/case.js';
import { authCases, openCases } from './auth/auth.js';
import { browserCases } from './browsers.js';
import { customStreamCases } from './custom-streams.js';
import { durabilityCases } from './durability.js';
import { newerUpdateCases } from './engine-0.23/update.js';
import { newerWorkerProtocolCases } from './engine-0.23/worker-protocol.js';
import { itemCases } from './functions/items.js';
import { listCases } from './functions/lists.js';
import { refusalCases } from './functions/refusals.js';
import { valueCases } from './functions/values.js';
import { httpCases } from './http.js';
import { ownedCases } from './lifetimes/owned.js';
import { ownedNodeCases } from './lifetimes/owned-nodes.js';
import { clientPresenceCases } from './lifetimes/presence.js';
import { ttlCases } from './lifetimes/ttl.js';
import { countCases } from './limits/counts.js';
import { sizeCases } from './limits/sizes.js';
import { stallCases } from './limits/stalls.js';
import { multiNodeCases } from './multi-node.js';
import { opsCases } from './ops/ops.js';
import { togetherCases } from './ops/together.js';
import { convergenceCases } from './resume/convergence.js';
import { cursorCases } from './resume/cursors.js';
import { pageCases } from './resume/pages.js';
import { resumeCases } from './resume/resume.js';
import { conditionCases as revisionConditionCases } from './revisions/conditions.js';
import { keyCases } from './revisions/keys.js';
import { readCases } from './revisions/reads.js';
import { transactionCases } from './revisions/transactions.js';
import { changeCases } from './socket/changes.js';
import { handshakeCases } from './socket/handshake.js';
import { joinCases } from './socket/joins.js';
import { orderCases } from './socket/order.js';
import { refusalCases as socketRefusalCases } from './socket/refusals.js';
import { conditionCases } from './triggers/conditions.js';
import { presenceCases } from './triggers/presence.js';
import { streamTriggerCases } from './triggers/stream.js';
import { updateCallCases } from './update/calls.js';
import { exactUpdateCases } from './update/exact.js';
import { vectorCases } from './update/vectors.js';
import { callCases } from './worker-protocol/calls.js';
import { engineCases } from './worker-protocol/engine.js';
import { registrationCases } from './worker-protocol/registrations.js';

/** Every case there is, in the order of reports. */
export const CASES: readonly Case[] = [
  ...itemCases,
  ...valueCases,
  ...listCases,
  ...refusalCases,
  ...updateCallCases,
  ...vectorCases,
  ...exactUpdateCases,
  ...joinCases,
  ...changeCases,
  ...orderCases,
  ...handshakeCases,
  ...socketRefusalCases,
  ...streamTriggerCases,
  ...conditionCases,
  ...presenceCases,
  ...openCases,
  ...authCases,
  ...browserCases,
  ...httpCases,
  ...customStreamCases,
  ...callCases,
  ...registrationCases,
  ...engineCases,
  ...sizeCases,
  ...countCases,
  ...stallCases,
  ...durabilityCases,
  ...cursorCases,
  ...resumeCases,
  ...convergenceCases,
  ...pageCases,
  ...revisionConditionCases,
  ...keyCases,
  ...readCases,
  ...transactionCases,
  ...ttlCases,
  ...opsCases,
  ...togetherCases,
  ...ownedCases,
  ...clientPresenceCases,
  ...ownedNodeCases,
  ...multiNodeCases,
  ...newerUpdateCases,
  ...newerWorkerProtocolCases,
];
