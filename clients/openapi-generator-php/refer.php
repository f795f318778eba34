<?php
// Refers a client through the generated client, and reads what becomes of it.
require 'GuzzleHttp/autoload.php';

use OpenAPI\Client\Api\ReferralsApi;
use OpenAPI\Client\Api\SubscriptionsApi;
use OpenAPI\Client\ApiException;
use OpenAPI\Client\Configuration;
use OpenAPI\Client\Model\ClientIn;
use OpenAPI\Client\Model\ProblemOut;
use OpenAPI\Client\Model\ReferralIn;
use OpenAPI\Client\Model\ReferralPatchIn;
use OpenAPI\Client\Model\SubscriptionIn;
use OpenAPI\Client\Model\WorkerIn;

error_reporting(E_ALL);
set_error_handler(fn ($level, $message, $file, $line) => throw new ErrorException($message, 0, $level, $file, $line));

$library = getenv('WORK') . '/client/lib';
$name = fn (string $class) => $library . '/' . str_replace('\\', '/', substr($class, strlen('OpenAPI\\Client\\'))) . '.php';
spl_autoload_register(fn ($class) => str_starts_with($class, 'OpenAPI\\Client\\') && require $name($class));
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator($library)) as $file) {
    if ($file->getExtension() === 'php') {
        require_once $file->getPathname();
    }
}

$hub = getenv('HUB_URL');
$http = new GuzzleHttp\Client();
$configuration = (new Configuration())->setHost("$hub/v1")->setAccessToken(token($http, $hub));
refer(new ReferralsApi($http, $configuration));
subscribe(new SubscriptionsApi($http, $configuration));

function refer(ReferralsApi $referrals): void
{
    $created = $referrals->createReferral(new_key(), referral());
    [$read, , $headers] = $referrals->getReferralWithHttpInfo($created->getId());
    check('reads what it referred', $read->getReference() === $created->getReference());

    $tag = $headers['etag'][0];
    $change = new ReferralPatchIn(['reason' => 'Huurachterstand van vier maanden.']);
    $changed = $referrals->updateReferral($created->getId(), new_key(), $tag, $change);
    check('changes it', $changed->getReason() === $change->getReason());
    refused(412, fn () => $referrals->updateReferral($created->getId(), new_key(), $tag, $change));

    $ids = array_map(fn ($each) => $each->getId(), $referrals->listReferrals(limit: 50)->getItems());
    check('lists it', in_array($created->getId(), $ids));

    $invalid = referral();
    $invalid->getClient()->setBsn('123456789');
    $problem = refused(400, fn () => $referrals->createReferral(new_key(), $invalid));
    check('reads which rule was broken', $problem->getErrors()[0]->getRule() === 'bsn-not-allowed');
}

function subscribe(SubscriptionsApi $subscriptions): void
{
    $wanted = new SubscriptionIn(['url' => 'http://127.0.0.1:9/hooks/' . new_key()]);
    check('subscribes', str_starts_with($subscriptions->createSubscription(new_key(), $wanted)->getSecret(), 'whsec_'));
    check('reads events', count($subscriptions->listEvents(limit: 5)->getItems()) > 0);
}

function referral(): ReferralIn
{
    return new ReferralIn([
        'reference' => 'php-' . new_key(),
        'area' => 'Noord',
        'client' => new ClientIn(['given_name' => 'Jan', 'family_name' => 'Voorbeeld', 'birth_date' => '1988-04-12']),
        'worker' => new WorkerIn(['name' => 'A. de Vries']),
        'reason' => 'Huurachterstand van drie maanden.',
    ]);
}

function token(GuzzleHttp\Client $http, string $hub): string
{
    $client = ['client_id' => getenv('CLIENT_ID'), 'client_secret' => getenv('CLIENT_SECRET')];
    $answer = $http->post("$hub/oauth/token", ['form_params' => ['grant_type' => 'client_credentials'] + $client]);
    return json_decode((string) $answer->getBody(), true)['access_token'];
}

function refused(int $status, callable $call): ProblemOut
{
    try {
        $call();
    } catch (ApiException $refusal) {
        check("is refused with $status", $refusal->getCode() === $status);
        return $refusal->getResponseObject();
    }
    throw new LogicException('was not refused');
}

function check(string $claim, bool $holds): void
{
    $holds || throw new LogicException($claim);
    echo "$claim\n";
}

function new_key(): string
{
    return bin2hex(random_bytes(16));
}
