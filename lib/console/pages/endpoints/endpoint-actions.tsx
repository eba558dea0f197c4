import { readEndpoint, rotateEndpointSecret } from '../../../api/endpoints/endpoints-contract.ts';
import { testEndpoint } from '../../../api/endpoints/test-contract.ts';
import { sha256Hex } from '../../../protocol/hashes.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { action, type Frame, type Performed } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { ActionForm, Button, LinkButton } from '../../view/controls/button.tsx';
import { CodeBlock } from '../../view/data/code-block.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { KeyValues } from '../../view/data/key-values.tsx';
import { Reason } from '../../view/data/reason.tsx';
import { StateBadge } from '../../view/data/state-badge.tsx';
import { failureOf } from '../../view/delivery/moments.ts';
import { PageHeader } from '../../view/page/page-header.tsx';
import { formProblems, problemText } from '../parts/form-problems.ts';
import { ENDPOINT, ENDPOINTS, ROTATE_SECRET, TEST_ENDPOINT } from './endpoint-paths.ts';
import type { OfEndpoint } from './endpoint-questions.tsx';
import { shownSecret } from './shown-secret.tsx';

interface Tested extends OfEndpoint {
  /** Undefined: it was tested a moment ago. */
  readonly attempt: AnswerOf<typeof testEndpoint> | undefined;
}

/** Sends a test request, and shows what the receiver answered. */
export const testEndpointAction = action({
  path: TEST_ENDPOINT,
  who: 'merchant',
  async perform({ api, params, text }): Promise<Performed> {
    const { merchantId, endpointId } = params;
    const of = { params: { merchantId, endpointId } };
    const endpoint = await api.ask(readEndpoint, of);
    const attempt = await api.ask(testEndpoint, of).catch((error: unknown) => {
      if (error instanceof ApiProblem && error.code === 'too_many_tests') return undefined;
      throw error;
    });
    return {
      kind: 'shown',
      shown: {
        title: text.endpoints.test,
        place: { current: 'endpoints', merchant: { id: merchantId } },
        body: (frame) => TestResult({ merchantId, endpoint, attempt }, frame),
      },
    };
  },
});

function TestResult({ merchantId, endpoint, attempt }: Tested, frame: Frame) {
  const { ui, text, csrf } = frame;
  const { endpoints: words } = text;
  const { endpointId, description, url } = endpoint;
  const again = (
    <>
      <ActionForm action={hrefOf(TEST_ENDPOINT, { merchantId, endpointId })} csrf={csrf}>
        <Button icon="test">{words.testAgain}</Button>
      </ActionForm>
      <LinkButton kind="main" href={hrefOf(ENDPOINT, { merchantId, endpointId })}>
        {words.goOn}
      </LinkButton>
    </>
  );
  const crumbs = [
    { label: words.title, href: hrefOf(ENDPOINTS, { merchantId }) },
    { label: description ?? new URL(url).host, href: hrefOf(ENDPOINT, { merchantId, endpointId }) },
  ];
  if (attempt === undefined) {
    return (
      <>
        <PageHeader title={words.test} crumbs={crumbs} />
        <EmptyState icon="test" title={words.testWait} actions={again}>
          <p>{words.testText}</p>
        </EmptyState>
      </>
    );
  }
  const failure = failureOf(attempt);
  const { statusCode, detail, durationMs, responseSnippet } = attempt;
  return (
    <>
      <PageHeader
        title={failure === undefined ? words.testPassed : words.testFailed}
        state={<StateBadge ui={ui} state={failure === undefined ? 'succeeded' : 'failed'} isPill />}
        crumbs={crumbs}
        actions={again}
      />
      <section class="card">
        <KeyValues
          items={[
            {
              key: words.answer,
              value:
                failure === undefined ? (
                  <code>HTTP {statusCode}</code>
                ) : (
                  <Reason ui={ui} codes={[failure, detail]} statusCode={statusCode} />
                ),
            },
            { key: words.took, value: ui.format.duration(durationMs) },
          ]}
        />
        {responseSnippet !== undefined && <CodeBlock ui={ui} title={words.answer} code={responseSnippet} />}
      </section>
    </>
  );
}

/** Makes a new secret. The same form sent twice is one rotation, and shows the same secret. */
export const rotateSecret = action({
  path: ROTATE_SECRET,
  who: 'merchant',
  async perform({ api, params, field, text }): Promise<Performed> {
    const { merchantId, endpointId } = params;
    const body = {
      overlapSeconds: Number(field('overlapSeconds') ?? Number.NaN),
      rotationId: sha256Hex(field('csrf') ?? '').slice(0, 32),
    };
    try {
      const made = await api.ask(rotateEndpointSecret, { params: { merchantId, endpointId }, body });
      return shownSecret({ merchantId, endpointId, title: text.endpoints.rotate, ...made });
    } catch (error) {
      const problems = formProblems(error, []);
      if (problems === undefined) throw error;
      return rotationRefused({ merchantId, endpointId, code: problems.form ?? '' }, text.endpoints.rotate);
    }
  },
});

interface RefusedRotation {
  readonly merchantId: string;
  readonly endpointId: string;
  readonly code: string;
}

function rotationRefused({ merchantId, endpointId, code }: RefusedRotation, title: string): Performed {
  return {
    kind: 'shown',
    shown: {
      title,
      place: { current: 'endpoints', merchant: { id: merchantId } },
      status: 409,
      body: ({ text }) => (
        <EmptyState
          icon="keys"
          title={title}
          actions={
            <LinkButton href={hrefOf(ENDPOINT, { merchantId, endpointId })}>{text.endpoints.goOn}</LinkButton>
          }
        >
          <p>{problemText(text, code)}</p>
        </EmptyState>
      ),
    },
  };
}
