<?php
// A receiver of events: WEBHOOK_SECRET=whsec_… php -S 127.0.0.1:9000 receiver.php
// With Composer, `standard-webhooks/standard-webhooks` has what is_genuine does.

function is_genuine(string $secret, string $id, string $timestamp, string $signatures, string $body): bool
{
    if (!ctype_digit($timestamp) || abs(time() - (int) $timestamp) > 300) {
        return false;
    }
    $key = base64_decode(substr($secret, strlen('whsec_')), true);
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    foreach (explode(' ', $signatures) as $given) {
        if (hash_equals($expected, $given)) {
            return true;
        }
    }
    return false;
}

if ($_SERVER['REQUEST_METHOD'] === 'OPTIONS') { // the hub asks for consent
    header('WebHook-Allowed-Origin: ' . ($_SERVER['HTTP_WEBHOOK_REQUEST_ORIGIN'] ?? ''));
    return;
}
$body = file_get_contents('php://input'); // exactly as it was received: not parsed and written again
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$signatures = $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '';
if (!is_genuine(getenv('WEBHOOK_SECRET'), $id, $timestamp, $signatures, $body)) {
    http_response_code(401);
    return;
}
$event = json_decode($body, true);
// Store it here, unless you have its id already; work on it after the answer.
file_put_contents('php://stdout', $event['type'] . ' ' . $event['id'] . "\n");
http_response_code(204);
