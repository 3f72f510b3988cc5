/** Words a tool's name may begin with: what is done. Rule sets add their own. */
export const VERBS: ReadonlySet<string> = new Set(
  (
    'abort accept access acknowledge activate add adjust advance aggregate alert align allocate allow analyse analyze ' +
    'annotate answer append apply approve archive ask assert assess assign associate attach audit authenticate authorize ' +
    'backup ban batch begin bind block book boot branch browse build bulk bump calculate call cancel capture categorize ' +
    'change charge check checkout cherry choose claim classify clean clear click clone close collect combine comment commit ' +
    'compare compile complete compose compress compute concat condense configure confirm connect consume contact continue ' +
    'convert copy correct count crawl create crop cut debug decide decline decode decompress decrease decrypt define delay ' +
    'delegate delete deliver deny deploy deprecate derive describe destroy detach detect determine diagnose diff disable ' +
    'discard disconnect discover dismiss dispatch display dock download draft drag draw drop dry dump duplicate echo edit ' +
    'eject email emit emulate enable encode encrypt end enforce enqueue enrich enroll ensure enter enumerate erase escalate estimate ' +
    'evaluate evict examine exchange exec execute exit expand expire explain explore export extend extract fail fetch fill ' +
    'filter finalize find finish fix flag flush focus follow forecast fork format forward freeze generate get give go grant ' +
    'group guess gzip handle hash hide highlight hold hover identify ignore implement import improve include increase ' +
    'increment index infer ingest init initialize inject insert inspect install instantiate integrate interpret invalidate ' +
    'invite invoke issue join jump keep kill label launch leave lint link list listen load locate lock log login logout look ' +
    'lookup make manage map mark match measure merge migrate minify mirror mock modify monitor mount move mute name navigate ' +
    'normalize note notify observe offer open optimize order organize overwrite pack parse partition patch pause pay ' +
    'perform persist pick pin ping plan play plot poll populate post predict prepare press preview print prioritize process ' +
    'profile project promote prompt propose protect provide provision prune publish pull purchase purge push put query ' +
    'queue quit quote race rank rate react read reassign rebase reboot rebuild recalculate receive recommend reconcile ' +
    'record recover redeem redo redact reduce refactor refine reformat refresh refund refuse regenerate register reindex ' +
    'reject relate release reload remember remind remove rename render renew reopen reorder repair repeat replace replay ' +
    'reply report request require rerun reschedule research reserve reset resize resolve respond restart restore restrict ' +
    'resume retrieve retry return reveal reverse revert review revoke rewrite roll rollback rotate route run sample sanitize ' +
    'save scale scan schedule scrape screenshot scroll search seed select sell send set setup share ship show shut shutdown ' +
    'sign simulate skip sleep snapshot solve sort spawn specify split squash stage star start stash stat stop store stream ' +
    'submit subscribe subtract suggest summarise summarize suspend swap switch sync synchronize synthesize tag tail take tap ' +
    'terminate test think throttle toggle trace track train transcribe transfer transform translate transpose trash traverse ' +
    'trigger trim truncate try turn type unarchive unassign unban unblock undeploy undo unfollow uninstall unlink unlock ' +
    'unmount unmute unpin unpublish unregister unset unshare unstar unsubscribe unzip update upgrade upload upsert use ' +
    'validate verify view visit vote wait wake walk warn watch whois wipe withdraw wrap write zip zoom'
  ).split(' '),
);

/** Verbs after which something is gone. */
export const DESTROYING_VERBS: ReadonlySet<string> = new Set([
  'delete',
  'remove',
  'drop',
  'destroy',
  'erase',
  'purge',
  'wipe',
  'truncate',
  'uninstall',
  'terminate',
  'kill',
  'revoke',
  'overwrite',
]);

/** Verbs that only look. */
export const READING_VERBS: ReadonlySet<string> = new Set([
  'browse',
  'count',
  'describe',
  'fetch',
  'find',
  'get',
  'inspect',
  'list',
  'lookup',
  'query',
  'read',
  'retrieve',
  'search',
  'show',
  'view',
]);

/** Verbs that answer with many. */
export const LISTING_VERBS: ReadonlySet<string> = new Set(['browse', 'enumerate', 'find', 'list', 'search']);
