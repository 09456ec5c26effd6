import type { Defect } from '../defect.js';
import { defect as aChangedGroupIsNotModified } from './a-changed-group-is-not-modified.js';
import { defect as anEtagThatNeverChanges } from './an-etag-that-never-changes.js';
import { defect as anonymousCalls } from './anonymous-calls.js';
import { defect as binaryFramesAreLost } from './binary-frames-are-lost.js';
import { defect as changesWithoutTheOldest } from './changes-without-the-oldest.js';
import { defect as conditionsAreNotHeeded } from './conditions-are-not-heeded.js';
import { defect as conditionsOfWritesAreIgnored } from './conditions-of-writes-are-ignored.js';
import { defect as conflictsWithoutTheCurrentValue } from './conflicts-without-the-current-value.js';
import { defect as createForEverySet } from './create-for-every-set.js';
import { defect as deleteBreaksTheGrammar } from './delete-breaks-the-grammar.js';
import { defect as deleteRequiresAReason } from './delete-requires-a-reason.js';
import { defect as deleteWithoutItsValue } from './delete-without-its-value.js';
import { defect as droppedEvent } from './dropped-event.js';
import { defect as duplicateEvent } from './duplicate-event.js';
import { defect as duplicateInvocations } from './duplicate-invocations.js';
import { defect as emptyArraysBecomeObjects } from './empty-arrays-become-objects.js';
import { defect as emptyErrorsOfUpdates } from './empty-errors-of-updates.js';
import { defect as emptyGroupsStayListed } from './empty-groups-stay-listed.js';
import { defect as endsWithoutASeq } from './ends-without-a-seq.js';
import { defect as equalFirstTimestamp } from './equal-first-timestamp.js';
import { defect as equalTimestamps } from './equal-timestamps.js';
import { defect as errorsDoNotNameTheField } from './errors-do-not-name-the-field.js';
import { defect as eventsWithoutTheirCursor } from './events-without-their-cursor.js';
import { defect as everyPathIsAccepted } from './every-path-is-accepted.js';
import { defect as failOpenAuth } from './fail-open-auth.js';
import { defect as failedJoinHandlersLetIn } from './failed-join-handlers-let-in.js';
import { defect as failedOpsAreTold } from './failed-ops-are-told.js';
import { defect as httpPagesThatRepeatItems } from './http-pages-that-repeat-items.js';
import { defect as idempotencyKeysAreForgotten } from './idempotency-keys-are-forgotten.js';
import { defect as itemSubscribersMissCustomEvents } from './item-subscribers-miss-custom-events.js';
import { defect as largeIntegersAreRounded } from './large-integers-are-rounded.js';
import { defect as lastEventIdIsNotRead } from './last-event-id-is-not-read.js';
import { defect as lateSync } from './late-sync.js';
import { defect as leavesAreIgnored } from './leaves-are-ignored.js';
import { defect as listDropsTheLastItem } from './list-drops-the-last-item.js';
import { defect as lostIncrements } from './lost-increments.js';
import { defect as lostWritesAfterACrash } from './lost-writes-after-a-crash.js';
import { defect as miscountedStreams } from './miscounted-streams.js';
import { defect as missingItemIsNull } from './missing-item-is-null.js';
import { defect as missingLeave } from './missing-leave.js';
import { defect as namesAreNotBounded } from './names-are-not-bounded.js';
import { defect as newEpochForEveryConnection } from './new-epoch-for-every-connection.js';
import { defect as noContextForJoins } from './no-context-for-joins.js';
import { defect as noSubprotocol } from './no-subprotocol.js';
import { defect as oldSync } from './old-sync.js';
import { defect as oldValueAbsent } from './old-value-absent.js';
import { defect as oneDeliveryPerSubscription } from './one-delivery-per-subscription.js';
import { defect as opIndexCountsFromOne } from './op-index-counts-from-one.js';
import { defect as opsAfterAGap } from './ops-after-a-gap.js';
import { defect as opsOfAnotherNumber } from './ops-of-another-number.js';
import { defect as opsWithAWrongFrom } from './ops-with-a-wrong-from.js';
import { defect as ownersAreLostWithTheServer } from './owners-are-lost-with-the-server.js';
import { defect as ownersOutliveASet } from './owners-outlive-a-set.js';
import { defect as pagesThatRepeatItems } from './pages-that-repeat-items.js';
import { defect as payloadWithoutTheDocumentedNames } from './payload-without-the-documented-names.js';
import { defect as payloadWithoutTheNamesOfTheSchema } from './payload-without-the-names-of-the-schema.js';
import { defect as refusedJoinsAreLetIn } from './refused-joins-are-let-in.js';
import { defect as relayedTriggersLoseTheirConfig } from './relayed-triggers-lose-their-config.js';
import { defect as reorderedEvents } from './reordered-events.js';
import { defect as resumeForgetsDeletions } from './resume-forgets-deletions.js';
import { defect as resumeRepeatsEverything } from './resume-repeats-everything.js';
import { defect as silentRefusals } from './silent-refusals.js';
import { defect as staleSeq } from './stale-seq.js';
import { defect as swappedOldAndNewValue } from './swapped-old-and-new-value.js';
import { defect as traceContextIsLost } from './trace-context-is-lost.js';
import { defect as transactionsInPieces } from './transactions-in-pieces.js';
import { defect as unansweredPings } from './unanswered-pings.js';
import { defect as unfilteredTriggers } from './unfiltered-triggers.js';
import { defect as unsortedList } from './unsorted-list.js';
import { defect as voidCallsAreAnswered } from './void-calls-are-answered.js';
import { defect as wrongErrorCode } from './wrong-error-code.js';

/** Every way in which a target is broken on purpose. */
export const DEFECTS: readonly Defect[] = [
  aChangedGroupIsNotModified,
  anEtagThatNeverChanges,
  anonymousCalls,
  binaryFramesAreLost,
  changesWithoutTheOldest,
  conditionsAreNotHeeded,
  conditionsOfWritesAreIgnored,
  conflictsWithoutTheCurrentValue,
  createForEverySet,
  deleteBreaksTheGrammar,
  deleteRequiresAReason,
  deleteWithoutItsValue,
  droppedEvent,
  duplicateEvent,
  duplicateInvocations,
  emptyArraysBecomeObjects,
  emptyErrorsOfUpdates,
  emptyGroupsStayListed,
  equalFirstTimestamp,
  equalTimestamps,
  endsWithoutASeq,
  errorsDoNotNameTheField,
  eventsWithoutTheirCursor,
  everyPathIsAccepted,
  failOpenAuth,
  failedJoinHandlersLetIn,
  failedOpsAreTold,
  httpPagesThatRepeatItems,
  idempotencyKeysAreForgotten,
  itemSubscribersMissCustomEvents,
  largeIntegersAreRounded,
  lastEventIdIsNotRead,
  lateSync,
  leavesAreIgnored,
  listDropsTheLastItem,
  lostIncrements,
  lostWritesAfterACrash,
  miscountedStreams,
  missingItemIsNull,
  missingLeave,
  namesAreNotBounded,
  newEpochForEveryConnection,
  noContextForJoins,
  noSubprotocol,
  oldSync,
  oldValueAbsent,
  oneDeliveryPerSubscription,
  opIndexCountsFromOne,
  ownersAreLostWithTheServer,
  ownersOutliveASet,
  opsAfterAGap,
  opsOfAnotherNumber,
  opsWithAWrongFrom,
  pagesThatRepeatItems,
  payloadWithoutTheDocumentedNames,
  payloadWithoutTheNamesOfTheSchema,
  refusedJoinsAreLetIn,
  relayedTriggersLoseTheirConfig,
  reorderedEvents,
  resumeForgetsDeletions,
  resumeRepeatsEverything,
  silentRefusals,
  staleSeq,
  swappedOldAndNewValue,
  traceContextIsLost,
  transactionsInPieces,
  unansweredPings,
  unfilteredTriggers,
  unsortedList,
  voidCallsAreAnswered,
  wrongErrorCode,
];
