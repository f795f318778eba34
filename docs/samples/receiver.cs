// A receiver of events: WEBHOOK_SECRET=whsec_… dotnet run
// The package StandardWebhooks has what IsGenuine does.
using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
using System.Text;

public static class Receiver
{
    public static void Main()
    {
        var secret = Environment.GetEnvironmentVariable("WEBHOOK_SECRET");
        var listener = new HttpListener();
        listener.Prefixes.Add("http://127.0.0.1:" + (Environment.GetEnvironmentVariable("PORT") ?? "9000") + "/");
        listener.Start();
        while (true)
        {
            var context = listener.GetContext();
            context.Response.StatusCode = Answer(context, secret);
            context.Response.Close();
        }
    }

    static int Answer(HttpListenerContext context, string secret)
    {
        var request = context.Request;
        if (request.HttpMethod == "OPTIONS") // the hub asks for consent
        {
            context.Response.AddHeader("WebHook-Allowed-Origin", request.Headers["webhook-request-origin"] ?? "");
            return 200;
        }
        var received = new MemoryStream();
        request.InputStream.CopyTo(received);
        var body = received.ToArray(); // exactly as it was received: not parsed and written again
        var id = request.Headers["webhook-id"] ?? "";
        var timestamp = request.Headers["webhook-timestamp"] ?? "";
        var signatures = request.Headers["webhook-signature"] ?? "";
        if (!IsGenuine(secret, id, timestamp, signatures, body)) return 401;
        // Store it here, unless you have its id already; work on it after the answer.
        Console.WriteLine("genuine " + id);
        return 204;
    }

    static bool IsGenuine(string secret, string id, string timestamp, string signatures, byte[] body)
    {
        long sentAt;
        if (!long.TryParse(timestamp, out sentAt)) return false;
        if (Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - sentAt) > 300) return false;

        var content = Encoding.UTF8.GetBytes(id + "." + timestamp + ".").Concat(body).ToArray();
        using (var hmac = new HMACSHA256(Convert.FromBase64String(secret.Substring("whsec_".Length))))
        {
            var expected = Encoding.ASCII.GetBytes("v1," + Convert.ToBase64String(hmac.ComputeHash(content)));
            return signatures.Split(' ').Any(given =>
                CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes(given)));
        }
    }
}
