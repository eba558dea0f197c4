import type { CodeTab } from '../data/code-block.tsx';

/**
 * How a receiver verifies a callback, in five languages. Only with what each language brings along, except for our own
 * kit. All of them check the time, compare in constant time, accept any of several signatures (a rotation sends two), and
 * sign the bytes as they arrived.
 */

const JAVASCRIPT = `import { verify } from 'tidings/receiver';

// request: { headers, body }, with the bytes of the body as they arrived
const callback = verify(request, { secrets: process.env.ENDPOINT_SECRET });
if (callback.kind === 'outcome') console.log(callback.outcome.transactionId, callback.outcome.status);`;

const PYTHON = `import base64, hashlib, hmac, os, time

def verify(headers: dict, body: bytes) -> None:
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        raise ValueError("too old, or from the future")
    key = base64.b64decode(os.environ["ENDPOINT_SECRET"].removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [part[3:] for part in headers["webhook-signature"].split() if part.startswith("v1,")]
    if not any(hmac.compare_digest(expected, signature) for signature in given):
        raise ValueError("not signed by Tidings")`;

const GO = `func verify(header http.Header, body []byte) error {
	id, timestamp := header.Get("webhook-id"), header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return errors.New("too old, or from the future")
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("ENDPOINT_SECRET"), "whsec_"))
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	for _, part := range strings.Fields(header.Get("webhook-signature")) {
		given, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(part, "v1,"))
		if err == nil && hmac.Equal(given, mac.Sum(nil)) {
			return nil
		}
	}
	return errors.New("not signed by Tidings")
}`;

const JAVA = `static void verify(Map<String, String> headers, byte[] body) throws GeneralSecurityException {
    String id = headers.get("webhook-id"), timestamp = headers.get("webhook-timestamp");
    if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > 300) {
        throw new SecurityException("too old, or from the future");
    }
    String secret = System.getenv("ENDPOINT_SECRET").replaceFirst("^whsec_", "");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret), "HmacSHA256"));
    mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
    byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes();
    for (String part : headers.get("webhook-signature").split(" ")) {
        if (MessageDigest.isEqual(expected, part.getBytes())) return;
    }
    throw new SecurityException("not signed by Tidings");
}`;

const PHP = `function verify(array $headers, string $body): void {
    [$id, $timestamp] = [$headers['webhook-id'], $headers['webhook-timestamp']];
    if (abs(time() - (int) $timestamp) > 300) {
        throw new RuntimeException('too old, or from the future');
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', getenv('ENDPOINT_SECRET')));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    foreach (explode(' ', $headers['webhook-signature']) as $given) {
        if (hash_equals($expected, $given)) return;
    }
    throw new RuntimeException('not signed by Tidings');
}`;

export const VERIFY_SNIPPETS: readonly CodeTab[] = [
  { label: 'Node.js', language: 'javascript', code: JAVASCRIPT },
  { label: 'Python', language: 'python', code: PYTHON },
  { label: 'Go', language: 'go', code: GO },
  { label: 'Java', language: 'java', code: JAVA },
  { label: 'PHP', language: 'php', code: PHP },
];
