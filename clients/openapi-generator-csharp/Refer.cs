using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Org.OpenAPITools.Api;
using Org.OpenAPITools.Client;
using Org.OpenAPITools.Model;

/// <summary>Refers a client through the generated client, and reads what becomes of it.</summary>
public static class Refer
{
    private static readonly string Hub = Environment.GetEnvironmentVariable("HUB_URL");
    private static readonly HttpClient Http = new HttpClient();

    public static void Main()
    {
        var configuration = new Configuration { BasePath = Hub + "/v1", AccessToken = Token() };
        Referring(new ReferralsApi(Http, configuration));
        Subscribing(new SubscriptionsApi(Http, configuration));
    }

    private static void Referring(ReferralsApi referrals)
    {
        var created = referrals.CreateReferral(Key(), Referral());
        var read = referrals.GetReferralWithHttpInfo(created.Id);
        Check("reads what it referred", read.Data.Reference == created.Reference);

        var tag = read.Headers["ETag"].Single();
        var change = new ReferralPatchIn(reason: "Huurachterstand van vier maanden.");
        var changed = referrals.UpdateReferral(created.Id, Key(), tag, change);
        Check("changes it", changed.Reason == change.Reason);
        Refused(412, () => referrals.UpdateReferral(created.Id, Key(), tag, change));

        Check("lists it", referrals.ListReferrals(limit: 50).Items.Any(each => each.Id == created.Id));

        var invalid = Referral();
        invalid.VarClient.Bsn = "123456789";
        var problem = Refused(400, () => referrals.CreateReferral(Key(), invalid));
        Check("reads which rule was broken", problem.Errors[0].Rule == InputRule.BsnNotAllowed);
    }

    private static void Subscribing(SubscriptionsApi subscriptions)
    {
        var made = subscriptions.CreateSubscription(Key(), new SubscriptionIn(url: "http://127.0.0.1:9/hooks/" + Key()));
        Check("subscribes", made.Secret.StartsWith("whsec_"));
        Check("reads events", subscriptions.ListEvents(limit: 5).Items.Count > 0);
    }

    private static ReferralIn Referral()
    {
        return new ReferralIn(
            reference: "csharp-" + Key(),
            area: "Noord",
            varClient: new ClientIn(givenName: "Jan", familyName: "Voorbeeld", birthDate: "1988-04-12"),
            worker: new WorkerIn(name: "A. de Vries"),
            reason: "Huurachterstand van drie maanden.");
    }

    private static string Token()
    {
        var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = Environment.GetEnvironmentVariable("CLIENT_ID"),
            ["client_secret"] = Environment.GetEnvironmentVariable("CLIENT_SECRET"),
        });
        var answer = Http.PostAsync(Hub + "/oauth/token", form).Result;
        return (string)JObject.Parse(answer.Content.ReadAsStringAsync().Result)["access_token"];
    }

    private static ProblemOut Refused(int status, Action call)
    {
        try
        {
            call();
        }
        catch (ApiException refusal)
        {
            Check("is refused with " + status, refusal.ErrorCode == status);
            return JsonConvert.DeserializeObject<ProblemOut>((string)refusal.ErrorContent);
        }
        throw new InvalidOperationException("was not refused");
    }

    private static void Check(string claim, bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException(claim);
        }
        Console.WriteLine(claim);
    }

    private static string Key()
    {
        return Guid.NewGuid().ToString();
    }
}
