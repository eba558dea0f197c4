import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Puts the code of the page to use: kind, key, id, timestamp, signature and body; ends with 0 if it is signed. */
final class Judge {
    public static void main(String[] args) throws Exception {
        byte[] body = args[5].getBytes(StandardCharsets.UTF_8);
        Map<String, List<String>> headers = Map.of("Webhook-Id", List.of(args[2]), "Webhook-Timestamp", List.of(args[3]),
            "Webhook-Signature", List.of(args[4]));
        boolean isGenuine = switch (args[0]) {
            case "v1" -> Verifying.isSigned(List.of(args[1]), body, headers);
            case "v1a" -> VerifyingV1a.isSigned(args[1], args[2], args[3], args[4], body);
            default -> isAnswer(args[1], args[5], headers);
        };
        System.exit(isGenuine ? 0 : 1);
    }

    private static boolean isAnswer(String secret, String body, Map<String, List<String>> headers) throws Exception {
        try {
            Answers.webhook(secret).verify(body, headers);
            return true;
        } catch (com.standardwebhooks.exceptions.WebhookVerificationException forged) {
            return false;
        }
    }
}
