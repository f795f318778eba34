import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.ApiResponse;
import org.openapitools.client.api.ReferralsApi;
import org.openapitools.client.api.SubscriptionsApi;
import org.openapitools.client.model.ClientIn;
import org.openapitools.client.model.InputRule;
import org.openapitools.client.model.ProblemOut;
import org.openapitools.client.model.ReferralIn;
import org.openapitools.client.model.ReferralOut;
import org.openapitools.client.model.ReferralPatchIn;
import org.openapitools.client.model.SubscriptionIn;
import org.openapitools.client.model.WorkerIn;

/** Refers a client through the generated client, and reads what becomes of it. */
public class Refer {
    private static final String HUB = System.getenv("HUB_URL");

    public static void main(String[] arguments) throws Exception {
        String token = token();
        ApiClient client = new ApiClient();
        client.updateBaseUri(HUB + "/v1");
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
        refer(new ReferralsApi(client));
        subscribe(new SubscriptionsApi(client));
    }

    private static void refer(ReferralsApi referrals) throws Exception {
        ReferralOut created = referrals.createReferral(key(), referral());
        ApiResponse<ReferralOut> read = referrals.getReferralWithHttpInfo(created.getId());
        check("reads what it referred", read.getData().getReference().equals(created.getReference()));

        String tag = read.getHeaders().get("ETag").get(0);
        ReferralOut changed = update(referrals, created.getId(), tag);
        check("changes it", changed.getReason().equals("Huurachterstand van vier maanden."));
        check("may not change it with an old tag", refused(412, () -> update(referrals, created.getId(), tag)) != null);

        check("lists it", referrals.listReferrals(null, 50, null, null, null, null, null, null, null).getItems().stream()
            .anyMatch(each -> each.getId().equals(created.getId())));

        ReferralIn invalid = referral();
        invalid.getClient().setBsn("123456789");
        ProblemOut problem = refused(400, () -> referrals.createReferral(key(), invalid));
        check("reads which rule was broken", problem.getErrors().get(0).getRule() == InputRule.BSN_NOT_ALLOWED);
    }

    private static ReferralOut update(ReferralsApi referrals, UUID id, String tag) throws ApiException {
        ReferralPatchIn change = new ReferralPatchIn().reason("Huurachterstand van vier maanden.");
        return referrals.updateReferral(id, key(), tag, change);
    }

    private static void subscribe(SubscriptionsApi subscriptions) throws ApiException {
        SubscriptionIn wanted = new SubscriptionIn().url("http://127.0.0.1:9/hooks/" + key());
        check("subscribes", subscriptions.createSubscription(key(), wanted).getSecret().startsWith("whsec_"));
        check("reads events", !subscriptions.listEvents(null, null, 5).getItems().isEmpty());
    }

    private static ReferralIn referral() {
        return new ReferralIn()
            .reference("java-" + key())
            .area("Noord")
            .client(new ClientIn().givenName("Jan").familyName("Voorbeeld").birthDate("1988-04-12"))
            .worker(new WorkerIn().name("A. de Vries"))
            .reason("Huurachterstand van drie maanden.");
    }

    private static String token() throws Exception {
        String form = "grant_type=client_credentials&client_id=" + encoded(System.getenv("CLIENT_ID"))
            + "&client_secret=" + encoded(System.getenv("CLIENT_SECRET"));
        HttpRequest request = HttpRequest.newBuilder(URI.create(HUB + "/oauth/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
        String answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
        return new ObjectMapper().readTree(answer).required("access_token").asText();
    }

    private interface Call {
        Object run() throws ApiException;
    }

    private static ProblemOut refused(int status, Call call) throws Exception {
        try {
            call.run();
        } catch (ApiException refusal) {
            check("is refused with " + status, refusal.getCode() == status);
            return ApiClient.createDefaultObjectMapper().readValue(refusal.getResponseBody(), ProblemOut.class);
        }
        throw new AssertionError("was not refused");
    }

    private static void check(String claim, boolean holds) {
        if (!holds) {
            throw new AssertionError(claim);
        }
        System.out.println(claim);
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
