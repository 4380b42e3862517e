import type { Topic } from '../facts.ts'

/** Verbs by topic, in base form; phrasal verbs with their particle. */
const VERBS: Partial<Record<Topic, string>> = {
  search: 'search,find,look up,query,locate,look for,search for',
  filter: 'filter,sort,group,narrow down,order by',
  upload: 'upload,attach,drag,drop,scan',
  import: 'import,load in,ingest,bulk import',
  export: 'export,download,print,generate,extract',
  pay: 'pay,check out,purchase,buy,charge,bill,invoice,donate,tip,redeem,apply',
  refund: 'refund,reimburse',
  login: 'log in,login,sign in,authenticate,log into,sign into,log on,log out,sign out',
  password: 'reset,recover',
  register: 'register,sign up,onboard,enroll,verify',
  notify:
    'notify,alert,remind,send,email,message,inform,warn,text,ping,announce,receive,get,tell,be notified,be informed,be alerted,be reminded,be warned',
  delete: 'delete,remove,archive,erase,purge,clear,discard,trash',
  suspend: 'deactivate,suspend,freeze,pause,ban,reactivate',
  rate: 'rate,score,star',
  cancel: 'cancel,terminate,withdraw,revoke,undo,return',
  edit: 'edit,change,update,rename,save,modify,adjust,correct,replace,move,merge,tag,label,mark,duplicate,copy,reorder,rearrange,annotate,fill in,pin',
  create: 'create,add,enter,write,record,compose,draft,submit,post,make,capture,log,place,review,publish,build',
  schedule: 'schedule,book,reserve,plan,reschedule,postpone,snooze',
  sync: 'sync,synchronize,synchronise,integrate,connect,push,pull,link,fetch,forward,mirror,hook up',
  display:
    'see,view,show,display,list,visualize,visualise,preview,browse,read,compare,watch,open,check,know,monitor,track,look at,highlight,render,collapse,expand,zoom,play,scroll,hide',
  approve: 'approve,reject,sign off,accept,decline,confirm,release,escalate',
  configure:
    'configure,set,enable,disable,toggle,switch,customize,customise,personalize,turn on,turn off,define,switch on,switch off,switch to,set up,mute,unmute',
  migrate: 'migrate,convert,upgrade,port,transfer,decommission,transition',
  performance: 'speed up,accelerate,optimize,optimise,scale,handle,load,respond,cache',
  share: 'share,invite,assign,collaborate,delegate,reassign,follow',
  comment: 'comment,mention,reply,vote,chat,react,discuss',
  restrict: 'restrict,lock,block,protect,prevent,forbid,hide from,grant,allow only',
  validate: 'validate,require,enforce,reject input,sanitize,sanitise,normalize,normalise,check for,detect,ensure',
  calculate: 'calculate,compute,sum,total,estimate,count,round,forecast,predict',
  limit: 'limit,throttle,cap,rate limit,rate-limit,retry,expire,time out',
  audit: 'audit,trace,version',
  subscribe: 'subscribe,unsubscribe',
  improve: 'improve',
  wording: 'reword',
  translate: 'translate,localize,localise',
  automate:
    'automate,trigger,run,backup,back up,start,stop,deploy,restart,auto-close,close,reopen,auto-assign,assign automatically,complete',
}

/** Nouns that name a feature: "CSV export for invoices". The verb is what one does with it; '' means the noun's own. */
const NOUNS: readonly (readonly [pattern: RegExp, topic: Topic, verb: string])[] = [
  [/\brate limit(?:s|ing)?\b|\bthrottling\b|\btime-?outs?\b|\bquota\b/i, 'limit', 'use'],
  [/\b(?:vouchers?|coupons?|discount codes?|promo codes?|gift cards?)\b/i, 'pay', 'use'],
  [
    /\bdark[ -]?(?:mode|theme)\b|\btheme\b|\bsettings?\b|\bpreferences?\b|\btoggle\b|\bfeature flag\b/i,
    'configure',
    'switch to',
  ],
  [
    /\b(?:two|2|multi)[- ]?factor\b|\b[2m]fa\b|\bsso\b|\bsingle sign[- ]on\b|\blog-?in\b|\bsign-?in\b|\boauth\b|\bsaml\b|\bpasskeys?\b|\bauthentication\b/i,
    'login',
    'log in with',
  ],
  [
    /\bpassword\b.{0,20}\b(?:reset|recovery|forgotten)\b|\bforgot(?:ten)? password\b|\breset link\b/i,
    'password',
    'reset',
  ],
  // How it is used comes before what it is used for: "the booking form works with a screen reader".
  [
    /\baccessib(?:le|ility)\b|\bwcag\b|\bscreen reader\b|\bkeyboard (?:navigation|only|access)\b|\ba11y\b/i,
    'access',
    'use',
  ],
  [/\bregistration\b|\bsign-?up\b|\bonboarding\b/i, 'register', 'go through'],
  [
    /\bnotifications?\b|\balerts?\b|\b(?:slack |chat |teams )?pings?\b|\breminders?\b|\bdigest\b|\bnewsletters?\b|\be-?mails? (?:when|if|to)\b/i,
    'notify',
    'get',
  ],
  [/\bexports?\b|\bdownloads?\b|\bprintout\b/i, 'export', 'use'],
  [/\bbackups?\b/i, 'automate', 'run'],
  [/\bimports?\b|\bbulk upload\b/i, 'import', 'use'],
  [/\buploads?\b|\battachments?\b/i, 'upload', 'use'],
  [/\brefunds?\b/i, 'refund', 'request'],
  [
    /\bcheckout\b|\bpayments?\b|\bapple pay\b|\bgoogle pay\b|\bpaypal\b|\bvouchers?\b|\bcoupons?\b|\bdiscount codes?\b|\bpromo codes?\b|\bsubscriptions?\b/i,
    'pay',
    'pay with',
  ],
  [/\bsearch(?: bar| box| field)?\b|\bautocomplete\b/i, 'search', 'use'],
  [/\bfilters?\b|\bsorting\b/i, 'filter', 'use'],
  [/\bmigrations?\b|\bcut-?over\b/i, 'migrate', 'complete'],
  [/\bintegrations?\b|\bwebhooks?\b|\bsync(?:hroni[sz]ation)?\b|\bconnector\b|\bapi\b/i, 'sync', 'use'],
  [/\bapprovals?\b|\bsign-?off\b|\bfour[- ]eyes\b/i, 'approve', 'go through'],
  [
    /\bdashboards?\b|\boverview\b|\breports?\b|\bcharts?\b|\bgraphs?\b|\blist view\b|\btimeline\b|\bpreview\b|\bcounter\b|\bprogress bar\b|\bbanner\b|\bmap\b|\bcalendar view\b/i,
    'display',
    'see',
  ],
  [/\bcalendar\b|\bbookings?\b|\breservations?\b|\bappointments?\b/i, 'schedule', 'use'],
  [/\baudit (?:logs?|trails?)\b|\bchange logs?\b|\bversion history\b|\bactivity log\b/i, 'audit', 'see'],
  [/\btranslations?\b|\bmulti-?language\b|\blocali[sz]ation\b|\bi18n\b/i, 'translate', 'use'],
  [/\bpermissions?\b|\broles?\b|\baccess control\b/i, 'restrict', 'use'],
  [
    /\bperformance\b|\blatency\b|\bload(?:ing)? times?\b|\bresponse times?\b|\bthroughput\b|\buptime\b|\bavailability\b/i,
    'performance',
    'work with',
  ],
  [/\bcomments?\b|\bmentions\b|\bdiscussion\b/i, 'comment', 'use'],
  [/\binvitations?\b|\bsharing\b/i, 'share', 'use'],
  [/\bvalidation\b|\bmandatory\b|\brequired field\b/i, 'validate', 'use'],
]

const TOPIC_BY_VERB = new Map<string, Topic>(
  Object.entries(VERBS).flatMap(([topic, verbs]) => verbs.split(',').map((verb) => [verb, topic as Topic] as const)),
)
/** Verbs with no topic of their own: enough to recognise an order or to inflect. */
const PLAIN_VERBS =
  'do,check in,roll back,revert,restore,have,use,go,work,keep,give,take,put,let,help,want,need,provide,support,offer,include,introduce,implement,develop,allow,enable,fix,choose,select,pick,request,raise,lower,click,tap,press,type,wait,leave,return,refresh,reload,' +
  'navigate,visit,enter,contain,appear,happen,fail,crash,freeze,hang,lose,break,understand,learn,manage,handle,process,store,hold,avoid,reduce,increase,' +
  'access,sort,answer,ask,call,contact,order,ship,deliver,receive,prepare,clean,test,try,unlock,join,quit,switch,resize,rotate,crop,paste,undo,redo,hit,swipe,scroll,sign,log,look,stay,exceed,match'
const VERB_SET = new Set([...TOPIC_BY_VERB.keys(), ...PLAIN_VERBS.split(',')])

/** The verb at the start of a phrase, with its particle when both belong together. */
export function leadingVerb(phrase: string): { verb: string; rest: string } | null {
  const words = phrase.split(/\s+/, 3)
  const [first = '', second = '', third = ''] = words.map((word) => word.toLowerCase().replace(/[^\p{L}-]/gu, ''))
  const candidates = [[first, second, third].join(' '), `${first} ${second}`, first]
  const verb =
    first === 'be' && second !== '' ? `be ${second}` : candidates.find((candidate) => VERB_SET.has(candidate))
  if (verb === undefined) return null
  return { verb, rest: phrase.split(/\s+/).slice(verb.split(' ').length).join(' ') }
}

export function isVerb(word: string): boolean {
  return VERB_SET.has(word.toLowerCase())
}

export function verbs(): IterableIterator<string> {
  return VERB_SET.values()
}

export function topicOfVerb(verb: string): Topic | null {
  return TOPIC_BY_VERB.get(verb) ?? null
}

export function topicOfNoun(text: string): { topic: Topic; verb: string } | null {
  const found = NOUNS.find(([pattern]) => pattern.test(text))
  return found === undefined ? null : { topic: found[1], verb: found[2] }
}

/** Nouns for people who act. A phrase ends in one of these: "warehouse manager". */
const ROLE_NOUNS =
  'user,customer,admin,administrator,manager,agent,member,owner,editor,viewer,guest,visitor,shopper,buyer,seller,vendor,merchant,driver,student,teacher,parent,patient,doctor,' +
  'nurse,accountant,developer,engineer,tester,analyst,operator,reviewer,approver,moderator,author,reader,subscriber,employee,recruiter,candidate,applicant,tenant,landlord,' +
  'passenger,dispatcher,clerk,librarian,maintainer,contributor,partner,supplier,auditor,lawyer,planner,trainer,coach,player,donor,volunteer,researcher,designer,technician,' +
  'consultant,bookkeeper,cashier,waiter,chef,courier,traveller,traveler,borrower,lender,investor,trader,client,colleague,person,lead,supervisor,director,officer,assistant,' +
  'representative,rep,freelancer,contractor,creator,streamer,listener,learner,instructor,receptionist,pharmacist,caregiver,resident,citizen,voter,inspector,mechanic,farmer,' +
  'organizer,organiser,attendee,participant,speaker,sre,pm,qa,controller,secretary,host,superuser,maintainers,stakeholder'
const GROUPS: Record<string, string> = {
  team: 'team member',
  staff: 'staff member',
  people: 'user',
  everyone: 'user',
  everybody: 'user',
  ppl: 'user',
  support: 'support agent',
  finance: 'finance team member',
  marketing: 'marketing team member',
  sales: 'sales representative',
  accounting: 'accountant',
  hr: 'HR team member',
  ops: 'operations engineer',
  devs: 'developer',
  crew: 'crew member',
  management: 'manager',
  legal: 'legal team member',
  department: 'department member',
  folks: 'user',
  'customer service': 'support agent',
  'help desk': 'help desk agent',
  helpdesk: 'help desk agent',
  kids: 'child',
  warehouse: 'warehouse worker',
  controlling: 'controller',
}
const ROLE_SET = new Set(ROLE_NOUNS.split(','))

/** A role noun or a group, in the singular; null for words that are no people. */
export function roleOf(word: string, singularWord: string): string | null {
  const group = GROUPS[word.toLowerCase()]
  if (group !== undefined) return group
  return ROLE_SET.has(singularWord.toLowerCase()) ? singularWord : null
}
