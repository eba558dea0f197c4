import type { Translated } from '../view/text/translated.ts';
import { chineseDeliveries } from './chinese-deliveries.ts';
import { chineseEndpoints } from './chinese-endpoints.ts';
import { chineseMerchant } from './chinese-merchant.ts';
import { chineseOperator, chineseOperatorFlash } from './chinese-operator.ts';
import type { englishPages } from './english-pages.ts';

/** The pages' own texts in Chinese. */
export const chinesePages: Translated<typeof englishPages> = {
  ...chineseDeliveries,
  ...chineseEndpoints,
  ...chineseMerchant,
  logInErrors: {
    notAKey: '这不是访问密钥。访问密钥以 tk_ 开头。',
    refused:
      '该访问密钥未知、已吊销、已过期，或不供人员登录。请使用权限范围为 admin 或 merchant 的访问密钥。',
  },
  flash: {
    merchantSaved: (name) => `${name} 已保存。`,
    endpointEnabled: (id) => `端点 ${id} 重新接收回调。`,
    endpointDisabled: (id) => `端点 ${id} 不再接收回调。`,
    sentAgain: (id) => `${id} 即将重新发送。`,
    acknowledged: (id) => `${id} 已确认，不再发送。`,
    keyRevoked: (id) => `访问密钥 ${id} 已吊销。`,
    endpointSaved: (id) => `端点 ${id} 已保存并生效。`,
    endpointDeleted: (id) => `端点 ${id} 已删除。`,
    ...chineseOperatorFlash,
    manySentAgain: (count) => `${count} 笔交易的回调即将重新发送。`,
  },
  ...chineseOperator,
  merchants: {
    title: '商户',
    lead: '所有接收回调的商户。',
    search: '按商户号开头查找',
    id: '商户',
    name: '名称',
    timeZone: '时区',
    created: '创建时间',
    empty: '还没有商户',
    emptyText: '请在下方创建，或使用 POST /v1/merchants，创建后立即显示在这里。',
    create: '创建商户',
    newId: '商户号',
    newIdHint: '最多 64 个字母、数字、_ 和 -。它出现在每个路径里，不能更改。',
    madeTitle: '请立即复制签名密钥',
    madeText: '只在此时显示。它用于签名对该商户的回答，以及发往交易自带地址的回调。如果丢失，请轮换。',
    madeBefore: '该商户已存在，其签名密钥在创建时已显示。如未保存，请轮换。',
    secret: '签名密钥',
    goOn: '前往商户',
    having: '有此状态通知的商户',
    noneAffected: '这些商户均没有',
    noneAffectedText: '本页的商户均没有此状态的通知。如有下一页，请继续查看。',
    examined: (count) => `已查看 ${count} 个商户。`,
    nothingFound: '没有以此开头的商户',
    nothingFoundText: '按商户号的开头查找，区分大小写。',
    showAll: '显示全部商户',
  },
  merchant: {
    id: '商户号',
    timeZone: '时区',
    schedule: '重试计划',
    feedShards: '流水分片',
    created: '创建时间',
    portal: '门户链接',
    portalText: '获得链接的人可以打开该商户的控制台一次，看不到其他商户的任何信息。',
    portalMake: '生成门户链接',
    portalMade: '请将此链接发送给商户。链接仅可使用一次，且只在此处显示一次。',
    portalUntil: '有效期至',
    deliveries: '投递',
    endpoints: '端点',
    jobs: '任务',
    openJobs: '运行中的任务',
    unresolved: (count) => `${count} 笔未解决`,
  },
  reconciliation: {
    title: '对账',
    lead: '证明两边的结果一致，并找出缺少的结果。',
    nothingClosed: '还没有已关闭的窗口',
    nothingClosedText: '结果按时间窗口汇总。窗口在结束约一分钟后关闭，随后显示在这里。',
  },
};
