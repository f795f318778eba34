CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'history is append-only'; END $$;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.api_client (
    client_id character varying(100) NOT NULL,
    organisation_id uuid NOT NULL,
    scopes jsonb NOT NULL,
    jwks jsonb,
    secret_hash bytea,
    active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.appointment (
    id uuid NOT NULL,
    referral_id uuid NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    place character varying(300),
    three_way boolean NOT NULL,
    counsellor_name character varying(200),
    counsellor_phone character varying(40),
    participants jsonb NOT NULL,
    status character varying(20) NOT NULL,
    response character varying(20) NOT NULL,
    other_times jsonb NOT NULL,
    cancellation_reason character varying(40),
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.attempt (
    delivery_id uuid NOT NULL,
    number integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    duration_ms integer NOT NULL,
    outcome character varying(20) NOT NULL,
    status_code integer,
    error_class character varying(60)
);
CREATE TABLE public.client (
    id uuid NOT NULL,
    wrapped_key bytea NOT NULL,
    bsn_index bytea,
    bsn bytea,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.client_details (
    referral_id uuid NOT NULL,
    client_id uuid NOT NULL,
    given_name bytea,
    family_name bytea,
    birth_date bytea,
    sex bytea,
    address bytea,
    phone bytea,
    email bytea,
    interpreter_language bytea,
    contact_preferences bytea
);
CREATE TABLE public.conflict (
    id uuid NOT NULL,
    system character varying(10) NOT NULL,
    referral_id uuid NOT NULL,
    field character varying(60) NOT NULL,
    reason character varying(20) NOT NULL,
    hub_value bytea,
    partner_value bytea,
    base_value bytea,
    state character varying(10) NOT NULL,
    since timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    decided_by character varying(100)
);
CREATE TABLE public.delivery (
    id uuid NOT NULL,
    event_position bigint NOT NULL,
    event_id uuid NOT NULL,
    receiver character varying(60) NOT NULL,
    organisation_id uuid,
    referral_id uuid NOT NULL,
    state character varying(10) NOT NULL,
    attempts integer NOT NULL,
    next_attempt_at timestamp with time zone NOT NULL,
    lease_until timestamp with time zone,
    lease_token uuid,
    sequence integer,
    outcome_unknown boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    last_error character varying(60),
    earlier_attempts integer DEFAULT 0 NOT NULL,
    redelivered_at timestamp with time zone
);
CREATE TABLE public.delivery_sequence (
    receiver character varying(60) NOT NULL,
    referral_id uuid NOT NULL,
    last integer NOT NULL
);
CREATE TABLE public.disclosure (
    id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    organisation_id uuid,
    referrer_kind character varying(40),
    referral_id uuid NOT NULL,
    moment character varying(30),
    event_type character varying(100) NOT NULL,
    receiver character varying(60) NOT NULL,
    policy_version character varying(40) NOT NULL,
    fields jsonb NOT NULL,
    digest character varying(64) NOT NULL,
    disclosed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.endpoint (
    receiver character varying(60) NOT NULL,
    state character varying(10) NOT NULL,
    failures integer NOT NULL,
    openings integer NOT NULL,
    allowed integer NOT NULL,
    retry_at timestamp with time zone,
    delivered bigint NOT NULL,
    failed bigint NOT NULL,
    refused bigint NOT NULL,
    gone bigint NOT NULL
);
CREATE TABLE public.event (
    "position" bigint NOT NULL,
    id uuid NOT NULL,
    type character varying(100) NOT NULL,
    referral_id uuid NOT NULL,
    appointment_id uuid,
    trajectory_id uuid,
    source_system character varying(20) NOT NULL,
    facts jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    quiet boolean NOT NULL,
    relayed_at timestamp with time zone
);
CREATE TABLE public.event_feed (
    organisation_id uuid NOT NULL,
    last_number integer NOT NULL,
    settled_position bigint NOT NULL
);
CREATE TABLE public.event_feed_entry (
    organisation_id uuid NOT NULL,
    number integer NOT NULL,
    delivery_id uuid NOT NULL
);
CREATE SEQUENCE public.event_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.event_position_seq OWNED BY public.event."position";
CREATE TABLE public.external_id (
    system character varying(10) NOT NULL,
    external_id character varying NOT NULL,
    referral_id uuid NOT NULL
);
CREATE TABLE public.history (
    id uuid NOT NULL,
    referral_id uuid NOT NULL,
    machine character varying(20) NOT NULL,
    record_id uuid NOT NULL,
    action character varying(30) NOT NULL,
    from_status character varying(30),
    to_status character varying(30) NOT NULL,
    role character varying(20) NOT NULL,
    organisation_id uuid,
    system character varying(10) NOT NULL,
    source_version character varying(100),
    reason character varying(40),
    implied boolean NOT NULL,
    event_type character varying(80),
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);
CREATE TABLE public.idempotency (
    organisation_id uuid NOT NULL,
    key character varying(200) NOT NULL,
    request_hash bytea NOT NULL,
    status integer,
    etag character varying(80),
    location character varying(300),
    body bytea,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.kbr_application (
    id uuid NOT NULL,
    trajectory_id uuid NOT NULL,
    status character varying(20) NOT NULL,
    changed_on date,
    service_decision_meeting_on date,
    changed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.organisation (
    id uuid NOT NULL,
    code character varying(80) NOT NULL,
    name character varying(200) NOT NULL,
    role character varying(20) NOT NULL,
    kind character varying(30),
    system character varying(10) NOT NULL,
    area character varying(80),
    active boolean NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.partner (
    system character varying(10) NOT NULL,
    cursor text,
    paused boolean NOT NULL,
    last_success_at timestamp with time zone,
    failing_since timestamp with time zone,
    lease_until timestamp with time zone,
    lease_holder character varying(64),
    pause_reason character varying(300),
    paused_by character varying(100),
    failures integer DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone,
    alerted boolean DEFAULT false NOT NULL
);
CREATE TABLE public.partner_field (
    system character varying(10) NOT NULL,
    referral_id uuid NOT NULL,
    field character varying(60) NOT NULL,
    fingerprint bytea NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    sent_count integer NOT NULL,
    counted_from timestamp with time zone NOT NULL
);
CREATE TABLE public.partner_job (
    id uuid NOT NULL,
    system character varying(10) NOT NULL,
    kind character varying(12) NOT NULL,
    dry_run boolean NOT NULL,
    state character varying(10) NOT NULL,
    requested_by character varying(100) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    report jsonb
);
CREATE TABLE public.partner_record (
    system character varying(10) NOT NULL,
    kind character varying(40) NOT NULL,
    external_id character varying NOT NULL,
    version character varying NOT NULL,
    content_hash bytea NOT NULL,
    applied_at timestamp with time zone NOT NULL,
    revision bigint,
    case_id character varying
);
CREATE TABLE public.partner_run (
    id uuid NOT NULL,
    system character varying(10) NOT NULL,
    mapping_version character varying(20) NOT NULL,
    started_at timestamp with time zone NOT NULL,
    read integer NOT NULL,
    applied integer NOT NULL,
    unchanged integer NOT NULL,
    filtered integer NOT NULL,
    quarantined integer NOT NULL,
    kind character varying(12) DEFAULT 'pull'::character varying NOT NULL,
    drift jsonb
);
CREATE TABLE public.party (
    id uuid NOT NULL,
    trajectory_id uuid NOT NULL,
    organisation character varying(200) NOT NULL,
    role character varying(20) NOT NULL,
    contact bytea,
    from_on date NOT NULL,
    until_on date
);
CREATE TABLE public.plan (
    trajectory_id uuid NOT NULL,
    signed_on date NOT NULL,
    document_reference character varying(200),
    recorded_at timestamp with time zone NOT NULL
);
CREATE TABLE public.quarantine (
    id uuid NOT NULL,
    system character varying(10) NOT NULL,
    kind character varying(40) NOT NULL,
    external_id character varying NOT NULL,
    case_id character varying NOT NULL,
    version character varying NOT NULL,
    content_hash bytea NOT NULL,
    field character varying(100) NOT NULL,
    reason character varying(40) NOT NULL,
    message character varying(500) NOT NULL,
    payload bytea,
    state character varying(20) NOT NULL,
    since timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    occurred_at timestamp with time zone,
    referral_id uuid,
    revision bigint,
    decided_by character varying(100),
    decision character varying(300)
);
CREATE TABLE public.referral (
    id uuid NOT NULL,
    client_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    reference character varying(100),
    area character varying(80) NOT NULL,
    status character varying(30) NOT NULL,
    told_status character varying(30) NOT NULL,
    awaiting_information boolean NOT NULL,
    withdrawal_requested boolean NOT NULL,
    contact_lost boolean NOT NULL,
    received_at timestamp with time zone NOT NULL,
    age integer NOT NULL,
    advice jsonb NOT NULL,
    consent_scopes jsonb NOT NULL,
    consent_given_on date,
    contents bytea NOT NULL,
    counsellor_name character varying(200),
    counsellor_phone character varying(40),
    missed_count integer NOT NULL,
    intake_held_on date,
    intake_result character varying(30),
    intake_concluded_on date,
    rejection_reason character varying(40),
    withdrawal_reason character varying(40),
    closure_reason character varying(40),
    previous_id uuid,
    changed_at timestamp with time zone NOT NULL,
    worker_index bytea
);
CREATE TABLE public.signing_key (
    kid character varying(64) NOT NULL,
    private_key bytea NOT NULL,
    public_jwk jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.subscription (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    url character varying(2000) NOT NULL,
    event_types jsonb NOT NULL,
    status character varying(10) NOT NULL,
    content character varying(10) NOT NULL,
    secret_sealed bytea NOT NULL,
    previous_secret_sealed bytea,
    previous_secret_expires_at timestamp with time zone,
    failing_since timestamp with time zone,
    status_reason character varying(50),
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    areas jsonb DEFAULT '[]'::jsonb NOT NULL,
    worker_index bytea,
    signing character varying(4) DEFAULT 'v1'::character varying NOT NULL,
    signing_key_sealed bytea,
    auth_kind character varying(10),
    auth_sealed bytea
);
CREATE TABLE public.trajectory (
    id uuid NOT NULL,
    referral_id uuid NOT NULL,
    client_id uuid NOT NULL,
    status character varying(20) NOT NULL,
    started_on date NOT NULL,
    due_on date NOT NULL,
    counsellor_name character varying(200),
    counsellor_phone character varying(40),
    closure_reason character varying(40),
    ended_on date,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL
);
CREATE TABLE public.trajectory_result (
    id uuid NOT NULL,
    trajectory_id uuid NOT NULL,
    code character varying(30) NOT NULL,
    decided_on date,
    drop_out_reason character varying(30),
    recorded_at timestamp with time zone NOT NULL
);
CREATE TABLE public.used_assertion (
    client_id character varying(100) NOT NULL,
    jti character varying(200) NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.event ALTER COLUMN "position" SET DEFAULT nextval('public.event_position_seq'::regclass);
INSERT INTO public.alembic_version VALUES ('20261123_1100');
INSERT INTO public.api_client VALUES ('dock', '019cade2-11c0-79af-a5f6-db1d7860961c', '["events:read", "organisations:read", "referrals:read", "referrals:write", "subscriptions:manage", "trajectories:read"]', NULL, '\x90dec08affc29cec7388ab142f4d8567f6a3ff01ee4e22fbb2e13584e8ce7b82', true, '2026-03-02 09:30:00+00');
INSERT INTO public.api_client VALUES ('pit010', '019cade2-11c0-7b40-ab5e-baa061076dc3', '["events:read", "organisations:read", "referrals:read", "referrals:write", "subscriptions:manage", "trajectories:read"]', NULL, '\x90dec08affc29cec7388ab142f4d8567f6a3ff01ee4e22fbb2e13584e8ce7b82', true, '2026-03-02 09:30:00+00');
INSERT INTO public.api_client VALUES ('court', '019cade2-11c0-7f39-b3b7-a490f23b2cc4', '["events:read", "organisations:read", "referrals:read", "referrals:write", "subscriptions:manage", "trajectories:read"]', NULL, '\x90dec08affc29cec7388ab142f4d8567f6a3ff01ee4e22fbb2e13584e8ce7b82', true, '2026-03-02 09:30:00+00');
INSERT INTO public.api_client VALUES ('bailiff', '019cade2-11c0-7f39-b3b7-a490f2664add', '["events:read", "organisations:read", "referrals:read", "referrals:write", "subscriptions:manage", "trajectories:read"]', NULL, '\x90dec08affc29cec7388ab142f4d8567f6a3ff01ee4e22fbb2e13584e8ce7b82', true, '2026-03-02 09:30:00+00');
INSERT INTO public.api_client VALUES ('etf', '019cade2-11c0-75fa-9cfb-ac6e7687a66e', '["organisations:read", "referrals:process", "referrals:read", "subscriptions:manage", "trajectories:read", "trajectories:write"]', NULL, '\x90dec08affc29cec7388ab142f4d8567f6a3ff01ee4e22fbb2e13584e8ce7b82', true, '2026-03-02 09:30:00+00');
INSERT INTO public.api_client VALUES ('gidso', '019cade2-11c0-75fa-9cfb-ac6e77e633c2', '["events:read", "organisations:read", "referrals:read", "referrals:write", "subscriptions:manage", "trajectories:read"]', NULL, '\x90dec08affc29cec7388ab142f4d8567f6a3ff01ee4e22fbb2e13584e8ce7b82', true, '2026-03-02 09:30:00+00');
INSERT INTO public.api_client VALUES ('rmw', '019cade2-11c0-79af-a5f6-db1d76b67451', '["events:read", "organisations:read", "referrals:read", "referrals:write", "subscriptions:manage", "trajectories:read"]', NULL, '\x90dec08affc29cec7388ab142f4d8567f6a3ff01ee4e22fbb2e13584e8ce7b82', true, '2026-03-02 09:30:00+00');
INSERT INTO public.api_client VALUES ('operator', '019cade2-11c0-79af-a5f6-db1d77a62b4d', '["events:read", "organisations:manage", "organisations:read", "partners:manage", "partners:read", "referrals:process", "referrals:read", "referrals:write", "subscriptions:manage", "trajectories:read", "trajectories:write"]', NULL, '\x90dec08affc29cec7388ab142f4d8567f6a3ff01ee4e22fbb2e13584e8ce7b82', true, '2026-03-02 09:30:00+00');
INSERT INTO public.api_client VALUES ('wijkteam', '019cade2-11c0-7f39-b3b7-a490f4362044', '["events:read", "organisations:read", "referrals:read", "referrals:write", "subscriptions:manage", "trajectories:read"]', NULL, '\xbd913ff68243d41b9611b2690dfbf2b0f6e42ea14536a98232af60e9f64ffdaa', true, '2026-03-02 09:30:00+00');
INSERT INTO public.appointment VALUES ('019cade2-11c0-7f39-b3b7-a490fc8ef848', '019cade2-11c0-7f39-b3b7-a490f835c5f9', '2026-03-10 09:00:00+00', 'Coolsingel 40', false, 'T. Begeleider', '010-5550100', '[]', 'scheduled', 'not_asked', '[]', NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.appointment VALUES ('019cade2-11c0-7f56-b83a-04209c946c97', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', '2026-03-10 09:00:00+00', 'Coolsingel 40', false, 'T. Begeleider', '010-5550100', '[]', 'missed', 'not_asked', '[]', NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.appointment VALUES ('019cade2-11c0-7f56-b83a-0420a66d7368', '019cade2-11c0-7f56-b83a-0420a329b485', '2026-03-10 09:00:00+00', 'Coolsingel 40', false, 'T. Begeleider', '010-5550100', '[]', 'attended', 'not_asked', '[]', NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.appointment VALUES ('019cade2-11c0-7f56-b83a-0420b0a93e92', '019cade2-11c0-7f56-b83a-0420aeeb79f8', '2026-03-10 09:00:00+00', 'Coolsingel 40', false, 'T. Begeleider', '010-5550100', '[]', 'attended', 'not_asked', '[]', NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.appointment VALUES ('019cade2-11c0-7f56-b83a-0420bd86d30a', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', '2026-03-10 09:00:00+00', 'Coolsingel 40', false, 'T. Begeleider', '010-5550100', '[]', 'attended', 'not_asked', '[]', NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.appointment VALUES ('019cade2-11c0-7f98-afca-91a9ccdf1a34', '019cade2-11c0-7f7c-b131-9405245e8e79', '2026-03-10 09:00:00+00', 'Coolsingel 40', false, 'T. Begeleider', '010-5550100', '[]', 'missed', 'not_asked', '[]', NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.appointment VALUES ('019cae19-0040-7f02-a73c-70cbf4576cc9', '019cae19-0040-7f02-a73c-70cbf2110f64', '2026-03-10 09:00:00+00', 'Coolsingel 40', false, 'T. Begeleider', '010-5550100', '[]', 'scheduled', 'not_asked', '[]', NULL, '2026-03-02 10:30:00+00');
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-37985ad20d04', 1, '2026-03-02 09:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-37985cb164d4', 1, '2026-03-02 09:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-37985e81bcfc', 1, '2026-03-02 09:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-3798646a9152', 1, '2026-03-02 09:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2d2f60c34', 1, '2026-03-02 09:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2d8fc6bf5', 1, '2026-03-02 09:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2db0f535c', 1, '2026-03-02 09:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2e31f579d', 1, '2026-03-02 09:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7ff7-b994-290a3dffee67', 1, '2026-03-02 09:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-37985b3cb1d9', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-37985cc58110', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-37985f7354b2', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-379864e127f6', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2d35b4904', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2d9213639', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2dbd6a1ef', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2e34f0b25', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7ff7-b994-290a3ecb8c57', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2da23fcca', 1, '2026-03-02 09:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-37985db1ab56', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-379861066205', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-379866055b37', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2d48d918c', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2da7cfc6f', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2dc255116', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2e4e97acf', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7ff7-b994-290a400fc48e', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-37985e1d85c3', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-3798626465f0', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-379866aa0485', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2d5353d6b', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2dd403d5b', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7ff7-b994-290a39cb315b', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7ff7-b994-290a41e451bc', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fb7-894a-379862e3ce5f', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2d664288f', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2deac4a8e', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7ff7-b994-290a3b1a6c96', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2d78de2a9', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2df7317d3', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7ff7-b994-290a3b8285a7', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2e07af35c', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7ff7-b994-290a3c732b61', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cade2-11c0-7fef-8a2f-07f2e200194c', 1, '2026-03-02 09:30:00+00', 5, 'delivered', 204, NULL);
INSERT INTO public.attempt VALUES ('019cae19-0040-77fd-b48e-946223a9bb78', 1, '2026-03-02 10:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cae19-0040-7ce9-9601-b4f9392a5cc0', 1, '2026-03-02 10:30:00+00', 5, 'failed', 503, 'status-5xx');
INSERT INTO public.attempt VALUES ('019cae19-0040-7ce9-9601-b4f93882df4b', 1, '2026-03-02 10:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.attempt VALUES ('019cae19-0040-7ce9-9601-b4f9390ec396', 1, '2026-03-02 10:30:00+00', 5, 'delivered', NULL, NULL);
INSERT INTO public.client VALUES ('019cade2-11c0-7f39-b3b7-a490f74409b2', '\xf4d56bef32b17dc40f87a5e92cf94ad7615cc9ef1797103f65be860475272ff851f7c0fb093b900e1b4f8799f5dac957849a7cd6995508fb25dc1eac', '\xf9bb2a1d488a1c0f7bb2f2f74ab56afde41167059bfe55785b91fda9e8327126', '\xd047587acde541ad3cf9fa2310fb85aa3d580fe0a63659933ae1079fb3ba888c55f13abdff', '2026-03-02 09:30:00+00');
INSERT INTO public.client VALUES ('019cade2-11c0-7f39-b3b7-a490f85964d7', '\x595c14f05d68ea45dc31bc1645309bdf5b208ab1aa5f810f4fb328b8ee89f4ec09975c816fc831b650b8c3af6c106130bedab90d5ef8929c9c0669d4', NULL, NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.client VALUES ('019cade2-11c0-7f39-b3b7-a490fe707fe8', '\x22768ab6b126ca410c23425d83680f34c72059e10ac8c3ee4d671798b9149f67d51fdff9dcdf47df01a7529c3a38fca2797ed48921a8d78db66176e3', NULL, NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.client VALUES ('019cade2-11c0-7f56-b83a-0420a036d999', '\x3981afa9fdbc8df9ad8bc721feec2724b480f7a856b8b011b5a4ddadc6fa490c35ddcf6ceceab80355220f6dae351f57094551395f8da93a603f873c', NULL, NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.client VALUES ('019cade2-11c0-7f56-b83a-0420a37cd4b0', '\x30b7322917dbd0b2e09b73f44608da6fc348ffaf9c438dad2bf9a76e4d331d707feae81cec741750eb0a82905bd1e86cbaa7b34f0635e00ae94d06f1', NULL, NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.client VALUES ('019cade2-11c0-7f56-b83a-0420ad12fa19', '\x1d0e0c0fc6884b90d5717e747b55c2cfc5908b86c04b8bb8bb478a871ff053050a097ae670c5dbb68999f4f29348f4ed079bfb4f3332f06bf64b25d6', NULL, NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.client VALUES ('019cade2-11c0-7f56-b83a-0420af16c2ca', '\x6701b24d89ca2b6846e5e90227e644c4d6897cc0e69bb307fa8fb05036b9d333e359e539df5a92f043c33c670ac655ac9ac4295884c3fd457c26c2bf', NULL, NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.client VALUES ('019cade2-11c0-7f56-b83a-0420bbdbf57d', '\xc5442de4671330c65f6f53b8d4da902779ea31f64cfe05f245a528f588f1a8bd2b05b4af865b96c21afadef94b46f473a27cc76293e35fce2b291713', NULL, NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.client VALUES ('019cade2-11c0-7f7c-b131-940525547f03', '\x5f75848ecb9dc8d0790503eea5356b863b93dd5825fa0da1b746633bb91c7aa7b1e83ed7ff698691523b81ff0b616bf02cc4a5645364635bca3d3209', NULL, NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.client VALUES ('019cade2-11c0-7ff7-b994-290a71e8158f', '\x2193fa442adcc98afc0cf2d75332b6521db0781211fce2d4b29a3cee7dada644e0a9ab3f842cfc663aef91ac27c8623bcaa0191a2a40bc3061d08b45', NULL, NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.client VALUES ('019cae19-0040-7f02-a73c-70cbe6603af7', '\xdd7fb02d17204b6640acecfd606cf1f477200f4c2db3de948d0ae14e01f976a3fa4b822761f48055e22039f46dc35b4a37ddc556b2563bc5a7cacc65', NULL, NULL, '2026-03-02 10:30:00+00');
INSERT INTO public.client VALUES ('019cae19-0040-7f02-a73c-70cbee4b8e6f', '\xf22c164a99ca0ddbcf38fefbc4be2ba04c8fae3436df25910ea05fd03eba1f3a59a8b08da1e4bb866c5ef7e173265d20333a5a37bb0d792e9edfd8f8', NULL, NULL, '2026-03-02 10:30:00+00');
INSERT INTO public.client VALUES ('019cae19-0040-7f02-a73c-70cbf2f71795', '\x8fa39f2825df40c1e672ddc590e6670f22ced206b583188f7f3fba0934d6b479cb670831353002962f4d6e9669ed141c436bab84d438df3453d50200', NULL, NULL, '2026-03-02 10:30:00+00');
INSERT INTO public.client_details VALUES ('019cade2-11c0-7f39-b3b7-a490f6de85db', '019cade2-11c0-7f39-b3b7-a490f74409b2', '\x5b50ad227c6211b0f1b91c8e2e6bd8e30677872c2cce7f34325b7d09c729657653e3ce72', '\x4ff2e1a1cdea24d4e213b91721ce62bdac8364fa684e93739cf613fd503fe35f2691cbe4c5', '\x8dcf4383529825b912b5db8daa9b26bf11a6f03ad0bbd23196fab7b1455576fd8cdcd3f96f2b', NULL, NULL, NULL, NULL, NULL, '\x926ecc0aa482975362b3c56b71069522311496228cb8a3f5f41094b8889c3a1d3b7dc2972ca63689babad74d61c8331baf0a6782966878f370531c1d01');
INSERT INTO public.client_details VALUES ('019cade2-11c0-7f39-b3b7-a490f835c5f9', '019cade2-11c0-7f39-b3b7-a490f85964d7', '\x3d45258ff423b983275c14e555a227554167a09a58a21e1c82c7a159a631b75554d4189e', '\x1179a7727e9f12b2ae72b5d0d5e027e1c5ff95ed97f2c08e4f0a7ba21aa093bd96044ba3e0', '\x831c582c1609eb3190c35fcf45d21dd3f6baa390af9af5afde944aae192cbb0f3495c950b0b9', NULL, NULL, NULL, NULL, NULL, '\xfd921ef609e326ca844766ac4680d20c71cb2dcab4316b3e654ca317cf44e9932052c20dbadaf9b430603000f63daae7d4d0756786d726762f384fb763');
INSERT INTO public.client_details VALUES ('019cade2-11c0-7f39-b3b7-a490fe3f4e36', '019cade2-11c0-7f39-b3b7-a490fe707fe8', '\xae4e0e2c6c3cab8e9bff7301f68728c2723baf6fb05d26ecfcc8e32342ae003d473fba9b', '\x78957b28b806833fd95283a72075fc39f61536f684c5c080074687e74c505b0076a1de2b8b', '\xdaad01f0ff235135572d5ccb585c89ebdbe88456cc2edc468154ea57836f7216b9c78f098924', NULL, NULL, NULL, NULL, NULL, '\x93f3015268777e0f63ac79d06b5b454cff687c1b41b9be4578c4d3e4f5529f24bb65d622136c21a5583a14d9687f41f4fb6893d534a9e244ad4a5b8164');
INSERT INTO public.client_details VALUES ('019cade2-11c0-7f56-b83a-04209f9fbe61', '019cade2-11c0-7f56-b83a-0420a036d999', '\x9cf5e9609c22e149cf5d6ae77c468ce65dd1c8b9bdcae5c27f7af3b14d9a02c05adadca4', '\x2dd42a59649bf4b07c535822126cc2733ac63726e1ff0197b33c454349f2f6bdc61ddcc20a', '\xad6d652b3014c477a82fa138f7d8e918b333cf7f72992e8f4ff1d3ce8495b9ed585420c1a777', NULL, NULL, NULL, NULL, NULL, '\x767de9db57af0c057c3c69da46f024aeca3ca86dd005b71994ce643ab6e3b6884ee0654497b28c2ff371044e8df5f2e9758ae1a9bd4c0621b3aa111b4c');
INSERT INTO public.client_details VALUES ('019cade2-11c0-7f56-b83a-0420a329b485', '019cade2-11c0-7f56-b83a-0420a37cd4b0', '\xdade8b73c4a829707735666ddd59377a7dad4fea9a8c9c2b5255f10ed1ec70c6e635b798', '\xd609a3ff0210e4700eeb7c8ba170f997a5d21ebde7635fb497dfbe41113b073a632964ded5', '\xb2bb6387a8230ff2971d9696d53b2f4846822fb11e48300c542bdd54e4fedc0296722c16e244', NULL, NULL, NULL, NULL, NULL, '\xe7d94ffda0922ca8074a0812a3532a1a6b9e62442a813403d08cc4936d2582e69743213dd12f37d4af9e687a15f9426fc11a3657b8cf5bb478f6f02019');
INSERT INTO public.client_details VALUES ('019cade2-11c0-7f56-b83a-0420aceef8d1', '019cade2-11c0-7f56-b83a-0420ad12fa19', '\x6273c7c65eb1b103b37d7a3c080827f0e3b36879360772e2706cfa11aef3e4e1c678319a', '\x99c31458958fd3de7ea84b76a7b2479917d13733d07ac2ff2e3fa742f9767fc6f6e8fd1657', '\xe14bda29f09205874a68f6a5adf0812f0b018e0f6c18eb18faa3553380ffba96a0e4051a0dcb', NULL, NULL, NULL, NULL, NULL, '\x7fa31f4493f18e27e3c46e3b7667f8db699e0f8147ba972ebcdfa142e7da6197f8da241c7ffe68c75a8a7e5046c5195e9c59c13626eeb5bf739c324eca');
INSERT INTO public.client_details VALUES ('019cade2-11c0-7f56-b83a-0420aeeb79f8', '019cade2-11c0-7f56-b83a-0420af16c2ca', '\x5e948d4f23f0e4580dfab365a3c0a6f4560b7590b131ea1f89d34c1d1421f589d2c4690e', '\xe28999cc68ca89e5c4cf2bc10c7c9f47b080587c967e15f0f067926bdcf5df6c43aa300efc', '\x73cfcec5e61290e91d1fc0191fc8ed3119c5bc506ced46297ae89493b90a38914a6365cb3f16', NULL, NULL, NULL, NULL, NULL, '\xe25fc6af1e57117dc424f6434869695d864d91c75a77a14cf1c2a4a03d29e2a2cdaa9697d632ab99e078bd3d3336019bee6552c5a893eb02c1d62ab4b2');
INSERT INTO public.client_details VALUES ('019cade2-11c0-7f56-b83a-0420bb3ef5f7', '019cade2-11c0-7f56-b83a-0420bbdbf57d', '\xdc260dcb5a5e8c6fcf43b126107955318e970fe5afd4ec521cce2389e52a251ff8dbe4cd', '\xa507676d258dd59c2d2ea8d5a58c6a5ea1c2c28f76eba7c90fee39608dbc2e0ba72f49f584', '\x16e5f05de850eb693547346afb9310ff455bb6785181ab326ccbf92451139a68262351b3058b', NULL, NULL, NULL, NULL, NULL, '\xc2c7c0acfe01b815cccc9ae31b1d19e991c7f180f5cacbb272e8cbc461cf9586fb7fb7694ed6508298c61c9209935b4829ccea86fb889cf63a5466e515');
INSERT INTO public.client_details VALUES ('019cade2-11c0-7f7c-b131-9405245e8e79', '019cade2-11c0-7f7c-b131-940525547f03', '\xe6cace82e6b345293476aef20da7ba719b58061f1b94c80ccef179ccaa5f64e4', '\xe12c140e087760e19f93c2baefe7bc0254c916b2fad03154bf3ecf50a7b8ba9a8e18386c0a', '\xaec1790a2eb636f0eff5772ad694a38e149cfdec8c7692a02d6c00e817f550f89cee8e63bcb1', NULL, NULL, NULL, NULL, NULL, '\x99b1bd3402e6c02fd2c94e21f70af8951e35772e0bc3e52eabaf1ad536e9d1dc0af10718f295d04ec9aca032df2a6780444a8abac32b7d93939941bf7b');
INSERT INTO public.client_details VALUES ('019cade2-11c0-7ff7-b994-290a7146f807', '019cade2-11c0-7ff7-b994-290a71e8158f', '\xd94c34aea97ade85783661cf310e62d6305f4a9c615816d6cb05ca8b5c7fc2a5', '\xe7b30bc4221e3062f163833e7084fbd3eaab036932f360b54179be7c07fe0066a0c2c9c98d', '\xf130051cc089e87bcc6ddbfdb974d1791a0676b381e1e6ddcde364235b97fb0917995a5e937b', NULL, NULL, NULL, NULL, NULL, '\xbce0ca81fbb93280a11b5cf10cc7be06e54c74293636603cd68b788279aa1e976c9b619ceb874ade00689d7c8205a6f16376b9d39b8f3d43346dd7c309');
INSERT INTO public.client_details VALUES ('019cae19-0040-7f02-a73c-70cbe640e4e7', '019cae19-0040-7f02-a73c-70cbe6603af7', '\x09392bbf44adc4e188eeb0a3d20b5357445a4698730b5c15bc55d615619c5a04', '\x076fe9217f6f291a0bd6c7ee6fc19a298826788419eaaeaed9cc32e2f28727845927040e9b', '\x55e89d1fe95e1cb5ad616dd5a38243c4a7a0f8f357454c310d439d49859dcf0a70e5c4788498', NULL, NULL, NULL, NULL, NULL, '\xa6e5ad8e56f5578c33112a8fb9578325fce31496e3a7c38a1ae3e31ea86be592e5e12fc51eac08c728e93b11954ac66755b99d83acba86beff98208ddc');
INSERT INTO public.client_details VALUES ('019cae19-0040-7f02-a73c-70cbedd07f6d', '019cae19-0040-7f02-a73c-70cbee4b8e6f', '\x25532a662502b0b11803933a7f9ef06f06b9d986ec595484ac48721716061387', '\xa4bf74d3cc2aa5bd4a1ec79c3cbf08a50a3a7a5825d92d7e07465e96aecc293aaae4e6c23e', '\x183756d17a81caa66d2bd30d1ea8723f9bdfe9a69382db94fd8fd825c5b3de11410795336dc1', NULL, NULL, NULL, NULL, NULL, '\x37717a4c872e57b7d0018191de2e64747577c474627ed9610162e77adcc4b67df87c5ad1d08b4f83366438fbe2143a844ba7e8c0eac6d9f90dc0f244af');
INSERT INTO public.client_details VALUES ('019cae19-0040-7f02-a73c-70cbf2110f64', '019cae19-0040-7f02-a73c-70cbf2f71795', '\x27255fffbfe843fc9e477ce1a30d80649d86e7f21992562827ea7d1f0b398bb4', '\x160b03989dc59a27035b47c8c44bb9c63fdda43b1844bdefa3f04b57a8e03bed1bff735be3', '\x5fdbded60c1e1b6edbe7828a75e64916ce85613bfab73dba3f19db3f99633f6c04678526aa50', NULL, NULL, NULL, NULL, NULL, '\xc2a3e09fa39353aafbe2015da179082ccae3e39aab96b34fd4be9aa69b59a0e1ef99671a7305a3853a2389309f59a97b3a2613b8057c1e525fc69b47e8');
INSERT INTO public.conflict VALUES ('019cade2-11c0-7ff7-b994-290a74dd698e', 'gidso', '019cade2-11c0-7ff7-b994-290a7146f807', 'referral.case_lead', 'both-changed', '\xdb355ed8f99484ea030912e4b9f15cbee8152e20aa70eb9ea13f7c8a9db1fab4d224d33d4bf801d8', '\x4b4bf0634694d3a7d4c1066515255c6bcbb02756e2a160db7126e5d98d8e7367a4bfeb9e0419a0', NULL, 'open', '2026-03-02 09:30:00+00', NULL, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985bccec31', 1, '019cade2-11c0-7f39-b3b7-a490f75071fd', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f6de85db', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985d3cf4d6', 2, '019cade2-11c0-7f39-b3b7-a490fa0ca82d', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985e0603e0', 3, '019cade2-11c0-7f39-b3b7-a490fbaa7f06', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985e246644', 4, '019cade2-11c0-7f39-b3b7-a490fe0c9295', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-3798606ce877', 5, '019cade2-11c0-7f39-b3b7-a49100147bdb', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-379861b1f6d9', 6, '019cade2-11c0-7f56-b83a-04209c6e33c5', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37986277d1bf', 7, '019cade2-11c0-7f56-b83a-04209db22d28', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-3798639dfa64', 8, '019cade2-11c0-7f56-b83a-04209f420faf', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-379865cc1430', 9, '019cade2-11c0-7f56-b83a-0420a12a3f9a', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37986655e815', 10, '019cade2-11c0-7f56-b83a-0420a29a3732', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-3798672c7a9b', 11, '019cade2-11c0-7f56-b83a-0420a2f3115a', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d3dcdfd2', 12, '019cade2-11c0-7f56-b83a-0420a4e6b6f8', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d4d2ab48', 13, '019cade2-11c0-7f56-b83a-0420a62de562', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d5d20a70', 14, '019cade2-11c0-7f56-b83a-0420a7d10e46', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d71350d5', 15, '019cade2-11c0-7f56-b83a-0420a88f1794', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d83b3c3f', 16, '019cade2-11c0-7f56-b83a-0420a9f6d4ca', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d9cf3d26', 18, '019cade2-11c0-7f56-b83a-0420adc4738c', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985db1ab56', 3, '019cade2-11c0-7f39-b3b7-a490fbaa7f06', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2da23fcca', 19, '019cade2-11c0-7f56-b83a-0420ae896d9f', 'partner:allegro', NULL, '019cade2-11c0-7f56-b83a-0420aceef8d1', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985e1d85c3', 4, '019cade2-11c0-7f39-b3b7-a490fe0c9295', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d78de2a9', 16, '019cade2-11c0-7f56-b83a-0420a9f6d4ca', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 5, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-379861066205', 6, '019cade2-11c0-7f56-b83a-04209c6e33c5', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-379866055b37', 10, '019cade2-11c0-7f56-b83a-0420a29a3732', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d48d918c', 13, '019cade2-11c0-7f56-b83a-0420a62de562', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-379862e3ce5f', 8, '019cade2-11c0-7f56-b83a-04209f420faf', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 4, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d664288f', 15, '019cade2-11c0-7f56-b83a-0420a88f1794', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 4, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2db089c7e', 19, '019cade2-11c0-7f56-b83a-0420ae896d9f', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2dbef5ab9', 20, '019cade2-11c0-7f56-b83a-0420b05ae494', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2dd0c5170', 21, '019cade2-11c0-7f56-b83a-0420b093abb3', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2ddac8d79', 22, '019cade2-11c0-7f56-b83a-0420b10f32d6', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2df63806e', 23, '019cade2-11c0-7f56-b83a-0420b1caaa88', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2dfd91f0e', 24, '019cade2-11c0-7f56-b83a-0420b4ac2bca', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2e10947fb', 27, '019cade2-11c0-7f56-b83a-0420b847ba03', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2e25ae2ab', 28, '019cade2-11c0-7f56-b83a-0420bb35bebc', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2e43ddb7c', 29, '019cade2-11c0-7f56-b83a-0420bc7479a6', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a3913ca43', 30, '019cade2-11c0-7f56-b83a-0420bcfdb7fa', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a3ac3b0e1', 31, '019cade2-11c0-7f56-b83a-0420bf15c603', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a3b6ef7d9', 32, '019cade2-11c0-7f56-b83a-0420c103f502', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a3bc156cd', 33, '019cade2-11c0-7f56-b83a-0420c2fa1c00', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a3d49ebc7', 36, '019cade2-11c0-7f7c-b131-9405241db885', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a3f2d31c8', 37, '019cade2-11c0-7f7c-b131-94052639090d', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a40e489f3', 38, '019cade2-11c0-7f7c-b131-940527c761a3', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a424ed7cd', 39, '019cade2-11c0-7fb7-894a-37985a7d01fc', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 'parked', 0, '2026-03-02 09:30:00+00', NULL, NULL, NULL, false, '2026-03-02 09:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2dd403d5b', 22, '019cade2-11c0-7f56-b83a-0420b10f32d6', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a39cb315b', 31, '019cade2-11c0-7f56-b83a-0420bf15c603', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2da7cfc6f', 19, '019cade2-11c0-7f56-b83a-0420ae896d9f', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2dc255116', 21, '019cade2-11c0-7f56-b83a-0420b093abb3', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2e4e97acf', 30, '019cade2-11c0-7f56-b83a-0420bcfdb7fa', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2deac4a8e', 23, '019cade2-11c0-7f56-b83a-0420b1caaa88', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 4, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a3b1a6c96', 32, '019cade2-11c0-7f56-b83a-0420c103f502', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 4, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2df7317d3', 24, '019cade2-11c0-7f56-b83a-0420b4ac2bca', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 5, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a3b8285a7', 33, '019cade2-11c0-7f56-b83a-0420c2fa1c00', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 5, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2e07af35c', 27, '019cade2-11c0-7f56-b83a-0420b847ba03', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 6, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a3c732b61', 36, '019cade2-11c0-7f7c-b131-9405241db885', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 6, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2e200194c', 28, '019cade2-11c0-7f56-b83a-0420bb35bebc', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 7, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-3798626465f0', 7, '019cade2-11c0-7f56-b83a-04209db22d28', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-379866aa0485', 11, '019cade2-11c0-7f56-b83a-0420a2f3115a', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d5353d6b', 14, '019cade2-11c0-7f56-b83a-0420a7d10e46', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a41e451bc', 39, '019cade2-11c0-7fb7-894a-37985a7d01fc', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a5b1fc182', 1, '019cade2-11c0-7f39-b3b7-a490f75071fd', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f6de85db', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a5bee76ef', 2, '019cade2-11c0-7f39-b3b7-a490fa0ca82d', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a5ce32065', 3, '019cade2-11c0-7f39-b3b7-a490fbaa7f06', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a5d64be98', 4, '019cade2-11c0-7f39-b3b7-a490fe0c9295', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a5d73b4cb', 5, '019cade2-11c0-7f39-b3b7-a49100147bdb', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a5e294857', 6, '019cade2-11c0-7f56-b83a-04209c6e33c5', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a5e3e27d4', 7, '019cade2-11c0-7f56-b83a-04209db22d28', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985ad20d04', 1, '019cade2-11c0-7f39-b3b7-a490f75071fd', 'partner:allegro', NULL, '019cade2-11c0-7f39-b3b7-a490f6de85db', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985cb164d4', 2, '019cade2-11c0-7f39-b3b7-a490fa0ca82d', 'partner:allegro', NULL, '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985e81bcfc', 5, '019cade2-11c0-7f39-b3b7-a49100147bdb', 'partner:allegro', NULL, '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-3798646a9152', 9, '019cade2-11c0-7f56-b83a-0420a12a3f9a', 'partner:allegro', NULL, '019cade2-11c0-7f56-b83a-04209f9fbe61', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d2f60c34', 12, '019cade2-11c0-7f56-b83a-0420a4e6b6f8', 'partner:allegro', NULL, '019cade2-11c0-7f56-b83a-0420a329b485', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d8fc6bf5', 18, '019cade2-11c0-7f56-b83a-0420adc4738c', 'partner:allegro', NULL, '019cade2-11c0-7f56-b83a-0420aceef8d1', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2db0f535c', 20, '019cade2-11c0-7f56-b83a-0420b05ae494', 'partner:allegro', NULL, '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2e31f579d', 29, '019cade2-11c0-7f56-b83a-0420bc7479a6', 'partner:allegro', NULL, '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a3dffee67', 37, '019cade2-11c0-7f7c-b131-94052639090d', 'partner:allegro', NULL, '019cade2-11c0-7f7c-b131-9405245e8e79', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985b3cb1d9', 1, '019cade2-11c0-7f39-b3b7-a490f75071fd', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f6de85db', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985cc58110', 2, '019cade2-11c0-7f39-b3b7-a490fa0ca82d', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-37985f7354b2', 5, '019cade2-11c0-7f39-b3b7-a49100147bdb', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fb7-894a-379864e127f6', 9, '019cade2-11c0-7f56-b83a-0420a12a3f9a', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d35b4904', 12, '019cade2-11c0-7f56-b83a-0420a4e6b6f8', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2d9213639', 18, '019cade2-11c0-7f56-b83a-0420adc4738c', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2dbd6a1ef', 20, '019cade2-11c0-7f56-b83a-0420b05ae494', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7fef-8a2f-07f2e34f0b25', 29, '019cade2-11c0-7f56-b83a-0420bc7479a6', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a3ecb8c57', 37, '019cade2-11c0-7f7c-b131-94052639090d', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a400fc48e', 38, '019cade2-11c0-7f7c-b131-940527c761a3', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 'delivered', 1, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a5f158be2', 8, '019cade2-11c0-7f56-b83a-04209f420faf', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 4, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a5fe13b4b', 9, '019cade2-11c0-7f56-b83a-0420a12a3f9a', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a60d50bc8', 10, '019cade2-11c0-7f56-b83a-0420a29a3732', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a61d30fa9', 11, '019cade2-11c0-7f56-b83a-0420a2f3115a', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a623cc852', 12, '019cade2-11c0-7f56-b83a-0420a4e6b6f8', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a625a99d4', 13, '019cade2-11c0-7f56-b83a-0420a62de562', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a630eaa54', 14, '019cade2-11c0-7f56-b83a-0420a7d10e46', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a63a408db', 15, '019cade2-11c0-7f56-b83a-0420a88f1794', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 4, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6435e96b', 16, '019cade2-11c0-7f56-b83a-0420a9f6d4ca', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 5, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a64c473d7', 18, '019cade2-11c0-7f56-b83a-0420adc4738c', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a659ca1a8', 19, '019cade2-11c0-7f56-b83a-0420ae896d9f', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a66594bce', 20, '019cade2-11c0-7f56-b83a-0420b05ae494', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a674d482a', 21, '019cade2-11c0-7f56-b83a-0420b093abb3', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a67a03f1b', 22, '019cade2-11c0-7f56-b83a-0420b10f32d6', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6852640e', 23, '019cade2-11c0-7f56-b83a-0420b1caaa88', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 4, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a69079d2d', 24, '019cade2-11c0-7f56-b83a-0420b4ac2bca', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 5, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a691c99c6', 27, '019cade2-11c0-7f56-b83a-0420b847ba03', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 6, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6a0ac72e', 28, '019cade2-11c0-7f56-b83a-0420bb35bebc', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 7, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6a22d1d5', 29, '019cade2-11c0-7f56-b83a-0420bc7479a6', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6a6fb6d0', 30, '019cade2-11c0-7f56-b83a-0420bcfdb7fa', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6ad475d0', 31, '019cade2-11c0-7f56-b83a-0420bf15c603', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6b22af79', 32, '019cade2-11c0-7f56-b83a-0420c103f502', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 4, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6b6e0124', 33, '019cade2-11c0-7f56-b83a-0420c2fa1c00', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 5, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6bf0b61e', 36, '019cade2-11c0-7f7c-b131-9405241db885', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 6, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6c1ac75b', 37, '019cade2-11c0-7f7c-b131-94052639090d', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 1, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6c393544', 38, '019cade2-11c0-7f7c-b131-940527c761a3', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 2, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cade2-11c0-7ff7-b994-290a6c512798', 39, '019cade2-11c0-7fb7-894a-37985a7d01fc', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 'delivered', 0, '2026-03-02 09:30:00+00', NULL, NULL, 3, false, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-77fd-b48e-946223cc3589', 40, '019cade2-11c0-7ff7-b994-290a72c7de53', 'partner:gidso', '019cade2-11c0-7f39-b3b7-a490f4362044', '019cade2-11c0-7ff7-b994-290a7146f807', 'pending', 0, '2026-03-02 10:30:00+00', NULL, NULL, NULL, false, '2026-03-02 10:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-7ce9-9601-b4f939bac9f2', 43, '019cae19-0040-77fd-b48e-9462231df2df', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 'parked', 0, '2026-03-02 10:30:00+00', NULL, NULL, NULL, false, '2026-03-02 10:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-7ce9-9601-b4f9390ec396', 42, '019cade2-11c0-7ff7-b994-290a75c49fba', 'partner:allegro', NULL, '019cade2-11c0-7ff7-b994-290a7146f807', 'delivered', 1, '2026-03-02 10:30:00+00', NULL, NULL, 3, false, '2026-03-02 10:30:00+00', '2026-03-02 10:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-77fd-b48e-946223a9bb78', 40, '019cade2-11c0-7ff7-b994-290a72c7de53', 'partner:allegro', NULL, '019cade2-11c0-7ff7-b994-290a7146f807', 'delivered', 1, '2026-03-02 10:30:00+00', NULL, NULL, 1, false, '2026-03-02 10:30:00+00', '2026-03-02 10:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-7ce9-9601-b4f9392a5cc0', 43, '019cae19-0040-77fd-b48e-9462231df2df', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 'pending', 1, '2026-03-02 10:30:05+00', NULL, NULL, 4, false, '2026-03-02 10:30:00+00', NULL, 'status-5xx', 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-7ce9-9601-b4f93882df4b', 41, '019cade2-11c0-7ff7-b994-290a74c6d6ee', 'partner:allegro', NULL, '019cade2-11c0-7ff7-b994-290a7146f807', 'delivered', 1, '2026-03-02 10:30:00+00', NULL, NULL, 2, false, '2026-03-02 10:30:00+00', '2026-03-02 10:30:00+00', NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-7f02-a73c-70cbe819845a', 44, '019cae19-0040-7f02-a73c-70cbe7358e67', 'partner:allegro', NULL, '019cae19-0040-7f02-a73c-70cbe640e4e7', 'pending', 0, '2026-03-02 10:30:00+00', NULL, NULL, NULL, false, '2026-03-02 10:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-7f02-a73c-70cbe8941f73', 44, '019cae19-0040-7f02-a73c-70cbe7358e67', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cae19-0040-7f02-a73c-70cbe640e4e7', 'pending', 0, '2026-03-02 10:30:00+00', NULL, NULL, NULL, false, '2026-03-02 10:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-7f02-a73c-70cbe8dc19bf', 44, '019cae19-0040-7f02-a73c-70cbe7358e67', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cae19-0040-7f02-a73c-70cbe640e4e7', 'parked', 0, '2026-03-02 10:30:00+00', NULL, NULL, NULL, false, '2026-03-02 10:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-7f02-a73c-70cbe902ad3f', 45, '019cae19-0040-7f02-a73c-70cbe768db12', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cae19-0040-7f02-a73c-70cbe640e4e7', 'pending', 0, '2026-03-02 10:30:00+00', NULL, NULL, NULL, false, '2026-03-02 10:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-7f02-a73c-70cbe9454ac6', 45, '019cae19-0040-7f02-a73c-70cbe768db12', 'subscription:019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cae19-0040-7f02-a73c-70cbe640e4e7', 'parked', 0, '2026-03-02 10:30:00+00', NULL, NULL, NULL, false, '2026-03-02 10:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-7f02-a73c-70cbeace8f8b', 46, '019cae19-0040-7f02-a73c-70cbea295987', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f5194400', 'pending', 0, '2026-03-02 10:30:00+00', NULL, NULL, NULL, false, '2026-03-02 10:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery VALUES ('019cae19-0040-7f02-a73c-70cbebaeeb2a', 47, '019cae19-0040-7f02-a73c-70cbeaceecd3', 'subscription:019cade2-11c0-7f39-b3b7-a490f618be09', '019cade2-11c0-79af-a5f6-db1d77a62b4d', 'e9a10645-771c-5ae8-80a7-5d941976ebe6', 'pending', 0, '2026-03-02 10:30:00+00', NULL, NULL, NULL, false, '2026-03-02 10:30:00+00', NULL, NULL, 0, NULL);
INSERT INTO public.delivery_sequence VALUES ('partner:allegro', '019cade2-11c0-7f39-b3b7-a490f6de85db', 1);
INSERT INTO public.delivery_sequence VALUES ('subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-7f39-b3b7-a490f6de85db', 1);
INSERT INTO public.delivery_sequence VALUES ('partner:allegro', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 1);
INSERT INTO public.delivery_sequence VALUES ('partner:allegro', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 1);
INSERT INTO public.delivery_sequence VALUES ('partner:allegro', '019cade2-11c0-7f56-b83a-04209f9fbe61', 1);
INSERT INTO public.delivery_sequence VALUES ('partner:allegro', '019cade2-11c0-7f56-b83a-0420a329b485', 1);
INSERT INTO public.delivery_sequence VALUES ('partner:allegro', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 1);
INSERT INTO public.delivery_sequence VALUES ('partner:allegro', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 1);
INSERT INTO public.delivery_sequence VALUES ('partner:allegro', '019cade2-11c0-7f7c-b131-9405245e8e79', 1);
INSERT INTO public.delivery_sequence VALUES ('partner:allegro', '019cade2-11c0-7f56-b83a-0420aceef8d1', 2);
INSERT INTO public.delivery_sequence VALUES ('partner:allegro', '019cade2-11c0-7ff7-b994-290a7146f807', 3);
INSERT INTO public.delivery_sequence VALUES ('subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-7f56-b83a-0420aceef8d1', 2);
INSERT INTO public.delivery_sequence VALUES ('subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 3);
INSERT INTO public.delivery_sequence VALUES ('subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-7f56-b83a-04209f9fbe61', 3);
INSERT INTO public.delivery_sequence VALUES ('subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 4);
INSERT INTO public.delivery_sequence VALUES ('subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-7f56-b83a-0420a329b485', 5);
INSERT INTO public.delivery_sequence VALUES ('subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 6);
INSERT INTO public.delivery_sequence VALUES ('subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 7);
INSERT INTO public.delivery_sequence VALUES ('poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f6de85db', 1);
INSERT INTO public.delivery_sequence VALUES ('poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aceef8d1', 2);
INSERT INTO public.delivery_sequence VALUES ('poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 3);
INSERT INTO public.delivery_sequence VALUES ('poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-04209f9fbe61', 3);
INSERT INTO public.delivery_sequence VALUES ('poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f7c-b131-9405245e8e79', 3);
INSERT INTO public.delivery_sequence VALUES ('poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 4);
INSERT INTO public.delivery_sequence VALUES ('poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420a329b485', 5);
INSERT INTO public.delivery_sequence VALUES ('poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 6);
INSERT INTO public.delivery_sequence VALUES ('poll:019cade2-11c0-79af-a5f6-db1d7860961c', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 7);
INSERT INTO public.delivery_sequence VALUES ('subscription:019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-7f7c-b131-9405245e8e79', 4);
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a43c2d786', '019cade2-11c0-7fb7-894a-37985ad20d04', NULL, 'finance_team', '019cade2-11c0-7f39-b3b7-a490f6de85db', 'received', 'nl.trajecthub.referrals.received.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', '5bae268d32f39160e7c42faf8eae91d50c5681924684805f722c42d0f0491d6d', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a44426978', '019cade2-11c0-7fb7-894a-37985cb164d4', NULL, 'finance_team', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'received', 'nl.trajecthub.referrals.received.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', '5d4a019859880a69a50c038158bc492e2af4fca773dc1045bcb9c48a32dc135a', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a44a21b9d', '019cade2-11c0-7fb7-894a-37985e81bcfc', NULL, 'finance_team', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'received', 'nl.trajecthub.referrals.received.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', '4dd7eff9ce8c24657b088f79e0c20bdcff2388c1a7124c64a284e9bbf50c2530', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a457ba4cb', '019cade2-11c0-7fb7-894a-3798646a9152', NULL, 'finance_team', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'received', 'nl.trajecthub.referrals.received.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', '23ace71a9a8e90f8a8948cc4c8e89cc5a2138007cc8a34fe8c61fd71780b6aa1', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a467b317b', '019cade2-11c0-7fef-8a2f-07f2d2f60c34', NULL, 'finance_team', '019cade2-11c0-7f56-b83a-0420a329b485', 'received', 'nl.trajecthub.referrals.received.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', '756cf157db3df92719d9497c37f3400ae35ecf4ea2f16e946b1d045c9893861b', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4720c0fc', '019cade2-11c0-7fef-8a2f-07f2d8fc6bf5', NULL, 'finance_team', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'received', 'nl.trajecthub.referrals.received.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', 'b438d8f952e4009ec6e46b3b6361b0e59311b9f695c31cc786208a75b3f85003', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a480f406b', '019cade2-11c0-7fef-8a2f-07f2db0f535c', NULL, 'finance_team', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'received', 'nl.trajecthub.referrals.received.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', '29e7abcfae1c567b0da5d73164c04c1911e2a0416233327e343e42f9be5dfbf9', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a504572cd', '019cade2-11c0-7fef-8a2f-07f2da7cfc6f', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'closed', 'nl.trajecthub.referrals.withdrawn.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.withdrawal_reason", "event.occurred_at"]', '9b07c15bcca05f758d73248af8277dcb00a2f6f8b1c5b66e829ceff27481be55', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a48eb9589', '019cade2-11c0-7fef-8a2f-07f2e31f579d', NULL, 'finance_team', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'received', 'nl.trajecthub.referrals.received.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', 'e434228242e643367947939f8860bf945cdb304b58bdc17364c8725aa934233f', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a49a41575', '019cade2-11c0-7ff7-b994-290a3dffee67', NULL, 'finance_team', '019cade2-11c0-7f7c-b131-9405245e8e79', 'received', 'nl.trajecthub.referrals.received.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', 'af240c60be6298ca29afaf58b74283c64d63c05e0fbfcd51637c460a5a8fda13', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4a9ae4d3', '019cade2-11c0-7fb7-894a-37985b3cb1d9', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490f6de85db', 'received', 'nl.trajecthub.referrals.received.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', 'd7cd396a8384ae4f34beb91363de8ab929a24fa3b6d18129695f5796e0b8b801', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4ae07d17', '019cade2-11c0-7fb7-894a-37985cc58110', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'received', 'nl.trajecthub.referrals.received.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', '3a586958574ffe2d2e9c6ed007ad7cdea850aed064756215df196b392a82522e', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4b39a233', '019cade2-11c0-7fb7-894a-37985f7354b2', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'received', 'nl.trajecthub.referrals.received.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', 'c20aa61fbe9ba513e51809c46781b72e210fc8488fec1e144c7e6ac4b32427c6', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4b62b6f2', '019cade2-11c0-7fb7-894a-379864e127f6', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'received', 'nl.trajecthub.referrals.received.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', '3d8ece38a9fea01c14fdfa01ad11a2f1b2029a3ae7764bff371f2c7bde1ed25f', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4b84ca14', '019cade2-11c0-7fef-8a2f-07f2d35b4904', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420a329b485', 'received', 'nl.trajecthub.referrals.received.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', '0f8e67910355f015e3e7d43c533d01aeb5228dca23180f32323bd608af838793', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4b9b9722', '019cade2-11c0-7fef-8a2f-07f2d9213639', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'received', 'nl.trajecthub.referrals.received.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', 'ebc288075084f6eb323e21d67a006c767ca9e0db725aaa7f53d90a660f9f792a', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4bddbabe', '019cade2-11c0-7fef-8a2f-07f2dbd6a1ef', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'received', 'nl.trajecthub.referrals.received.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', '09df72ea5be31b5b180e3db33cdd3ad296406f1bf989986958128ed529e5583c', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4c4e07f6', '019cade2-11c0-7fef-8a2f-07f2e34f0b25', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'received', 'nl.trajecthub.referrals.received.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', 'f37b204f4a5be4a16293cb7efd7e47d63dff80f1a54edd7572249a0dd3446517', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4d13caae', '019cade2-11c0-7ff7-b994-290a3ecb8c57', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f7c-b131-9405245e8e79', 'received', 'nl.trajecthub.referrals.received.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', '8bf601f1d917f5afce6094eb513e853e5905181a63b95bbc2c1eed0fdabdfce7', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4d2bd52c', '019cade2-11c0-7fef-8a2f-07f2da23fcca', NULL, 'finance_team', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'closed', 'nl.trajecthub.referrals.withdrawn.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.withdrawal_reason", "event.occurred_at"]', '36f9838fdc4fd2e6ba1dcf64de6be97af461f1de62339c8d6baa37705d6f907c', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4dd6f98e', '019cade2-11c0-7fb7-894a-37985db1ab56', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'confirmed', 'nl.trajecthub.referrals.confirmed.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "event.occurred_at"]', '3f8adbfe963902b067a39627386478b74661b08d29b66b1bf131b27d313a5da1', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4e69ac00', '019cade2-11c0-7fb7-894a-379861066205', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'confirmed', 'nl.trajecthub.referrals.confirmed.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "event.occurred_at"]', '061c47fe71efcf12d684181ef0240346e8004ab084aa256b26c8e534d3759b3b', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4f1d8bfb', '019cade2-11c0-7fb7-894a-379866055b37', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'confirmed', 'nl.trajecthub.referrals.confirmed.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "event.occurred_at"]', '9e6a0849ea60d06a58795ba37e29674bf82661f4189745bd1d98ce8e1bc2b36f', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a4fc17077', '019cade2-11c0-7fef-8a2f-07f2d48d918c', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420a329b485', 'confirmed', 'nl.trajecthub.referrals.confirmed.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "event.occurred_at"]', 'adf6e261bde35fd41fcb36091c54af1b9d6fc882ec6a017f4294336215ff1f40', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a506eb6dd', '019cade2-11c0-7fef-8a2f-07f2dc255116', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'confirmed', 'nl.trajecthub.referrals.confirmed.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "event.occurred_at"]', 'bfb4c6d8ffe55c546d7762d1566f1215c39a569cc98271dffb3b3dbc4a9d81da', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a50b590e5', '019cade2-11c0-7fef-8a2f-07f2e4e97acf', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'confirmed', 'nl.trajecthub.referrals.confirmed.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "event.occurred_at"]', '7b6b28550f980b4ee1417cd2b4e432e01343dd538c9e75000df4701d537b724e', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a51253a57', '019cade2-11c0-7ff7-b994-290a400fc48e', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f7c-b131-9405245e8e79', 'confirmed', 'nl.trajecthub.referrals.confirmed.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "event.occurred_at"]', 'c350c263641bc28d10a7399530409b9b1d11125bffb4ef11f221915866a03d4f', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a51a04f0c', '019cade2-11c0-7fb7-894a-37985e1d85c3', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'intake_planned', 'nl.trajecthub.referrals.intake-scheduled.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "appointment.id", "appointment.starts_at", "appointment.place", "appointment.three_way", "appointment.response", "event.occurred_at"]', 'ef38081cdbaf12ff9d08c017b7eceec9ffd471cdeeb8d4158c5303cacac94c2a', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a525aa359', '019cade2-11c0-7fb7-894a-3798626465f0', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'intake_planned', 'nl.trajecthub.referrals.intake-scheduled.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "appointment.id", "appointment.starts_at", "appointment.place", "appointment.three_way", "appointment.response", "event.occurred_at"]', '207644b1e6cf6c73bb029f6533fdd2fd5cd21df2f17822c1195821afd8d010e7', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a52c45171', '019cade2-11c0-7fb7-894a-379866aa0485', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'closed', 'nl.trajecthub.referrals.closed.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.closure_reason", "event.occurred_at"]', '042ec0e9452ac620cba8f6630f27a8bf165ccfa8c0cd8a283f269deb03fbc130', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a53242bb5', '019cade2-11c0-7fef-8a2f-07f2d5353d6b', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420a329b485', 'intake_planned', 'nl.trajecthub.referrals.intake-scheduled.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "appointment.id", "appointment.starts_at", "appointment.place", "appointment.three_way", "appointment.response", "event.occurred_at"]', 'cb4d5477c34f272e1e7320376b372c8bca75efec61a24e8cce0a692903e52b3b', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a53f2b276', '019cade2-11c0-7fef-8a2f-07f2dd403d5b', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'intake_planned', 'nl.trajecthub.referrals.intake-scheduled.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "appointment.id", "appointment.starts_at", "appointment.place", "appointment.three_way", "appointment.response", "event.occurred_at"]', 'bafa084ee07b78c95db6d8f682b41482d14d2dc6e0295443be891627e387a023', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a54ad8e4c', '019cade2-11c0-7ff7-b994-290a39cb315b', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'intake_planned', 'nl.trajecthub.referrals.intake-scheduled.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "appointment.id", "appointment.starts_at", "appointment.place", "appointment.three_way", "appointment.response", "event.occurred_at"]', 'd957e5302ad583f8671d1ed06d51a7a0bb6aba6a986d7120a2f08bdc729fbf17', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a54cbcf9d', '019cade2-11c0-7ff7-b994-290a41e451bc', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f7c-b131-9405245e8e79', 'intake_planned', 'nl.trajecthub.referrals.intake-scheduled.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "appointment.id", "appointment.starts_at", "appointment.place", "appointment.three_way", "appointment.response", "event.occurred_at"]', 'a4c0933d94ca1d6410ae430ace793c0715501964fcadcd6943d771b5c48cff77', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a556d7ca9', '019cade2-11c0-7fb7-894a-379862e3ce5f', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'missed', 'nl.trajecthub.referrals.intake-missed.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.requested_action", "attendance.missed_count", "event.occurred_at"]', '7cfbea3b7d0173b1458eb5cc732d99eea578d55581edd0a3c26fb40c7358b4f9', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a55afbcb7', '019cade2-11c0-7fef-8a2f-07f2d664288f', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420a329b485', 'intake_attended', 'nl.trajecthub.referrals.intake-attended.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "event.occurred_at"]', '8fe962383894f3316042ae6c1ef6b8c91b3cea33062b8c241cebed367d1a13cf', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a56455eb8', '019cade2-11c0-7fef-8a2f-07f2deac4a8e', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'intake_attended', 'nl.trajecthub.referrals.intake-attended.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "event.occurred_at"]', 'e44e85f098854a6a6ba657ef5acd7d74517f463e019dd071a82b8df42596f163', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a56bdf0c6', '019cade2-11c0-7ff7-b994-290a3b1a6c96', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'intake_attended', 'nl.trajecthub.referrals.intake-attended.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "event.occurred_at"]', '10f4df0d11308dda91040449ed116c2f369842b70c0ad51a0c73c1ce60fc07be', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a5780b764', '019cade2-11c0-7fef-8a2f-07f2d78de2a9', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420a329b485', 'intake_result', 'nl.trajecthub.referrals.concluded.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "intake.result", "intake.concluded_on", "trajectory.id", "event.occurred_at"]', '3140e5133ad207369784c18228eb2289481352f7ad3927f1591f54b1523688f7', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a5782346d', '019cade2-11c0-7fef-8a2f-07f2df7317d3', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'intake_result', 'nl.trajecthub.referrals.concluded.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "intake.result", "intake.concluded_on", "trajectory.id", "event.occurred_at"]', '1e0bcc44772b247de57f428bc44dc3a13cc1c3092953fc64c539f6878d301e6d', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a579c55a3', '019cade2-11c0-7ff7-b994-290a3b8285a7', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'intake_result', 'nl.trajecthub.referrals.concluded.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "intake.result", "intake.concluded_on", "trajectory.id", "event.occurred_at"]', '72eac4b1634cdf9658ae84db23747705a2833fddb2d7462142ee96429c5d1d93', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a59461098', '019cade2-11c0-7fef-8a2f-07f2e07af35c', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'first_result', 'nl.trajecthub.trajectories.result-recorded.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "trajectory.id", "result.code", "result.decided_on", "event.occurred_at"]', '0b4d36bdb202999b03b71788449bc6afd22672955d8438621656b93ac3297d31', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a59cc5116', '019cade2-11c0-7ff7-b994-290a3c732b61', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'change', 'nl.trajecthub.trajectories.paused.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "trajectory.id", "trajectory.status", "kbr.status", "kbr.changed_on", "event.occurred_at"]', 'c06da2c29ab152c2bb015cb337cef75d190f2a784232d0d5bd081b3742d57cfe', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a5ad6ffc0', '019cade2-11c0-7fef-8a2f-07f2e200194c', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'change', 'nl.trajecthub.trajectories.kbr-application-changed.v1', 'subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "trajectory.id", "trajectory.status", "kbr.status", "kbr.changed_on", "event.occurred_at"]', 'e2d79136636ef8e27764312e938f5357078819b6f56bb267c9b9aeceaa5430b7', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a6d43be6f', '019cade2-11c0-7ff7-b994-290a5b1fc182', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490f6de85db', 'received', 'nl.trajecthub.referrals.received.v1', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', 'd7cd396a8384ae4f34beb91363de8ab929a24fa3b6d18129695f5796e0b8b801', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a6e276687', '019cade2-11c0-7ff7-b994-290a5bee76ef', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'received', 'nl.trajecthub.referrals.received.v1', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', '3a586958574ffe2d2e9c6ed007ad7cdea850aed064756215df196b392a82522e', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a6e99cd03', '019cade2-11c0-7ff7-b994-290a5ce32065', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'confirmed', 'nl.trajecthub.referrals.confirmed.v1', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "event.occurred_at"]', '3f8adbfe963902b067a39627386478b74661b08d29b66b1bf131b27d313a5da1', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a6f6f6316', '019cade2-11c0-7ff7-b994-290a5d64be98', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'intake_planned', 'nl.trajecthub.referrals.intake-scheduled.v1', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "counsellor.name", "counsellor.phone", "appointment.id", "appointment.starts_at", "appointment.place", "appointment.three_way", "appointment.response", "event.occurred_at"]', 'ef38081cdbaf12ff9d08c017b7eceec9ffd471cdeeb8d4158c5303cacac94c2a', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cade2-11c0-7ff7-b994-290a706baee8', '019cade2-11c0-7ff7-b994-290a5d73b4cb', '019cade2-11c0-79af-a5f6-db1d7860961c', 'welzijnsorganisatie', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'received', 'nl.trajecthub.referrals.received.v1', 'poll:019cade2-11c0-79af-a5f6-db1d7860961c', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.advice", "event.occurred_at"]', 'c20aa61fbe9ba513e51809c46781b72e210fc8488fec1e144c7e6ac4b32427c6', '2026-03-02 09:30:00+00');
INSERT INTO public.disclosure VALUES ('019cae19-0040-7ce9-9601-b4f93aeb5a26', '019cae19-0040-77fd-b48e-946223a9bb78', NULL, 'finance_team', '019cade2-11c0-7ff7-b994-290a7146f807', 'received', 'nl.trajecthub.referrals.received.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', '81f78b09a9d7dc3cd4a0862f1bac1956dd7154509723c64d6ca592b8ced2a801', '2026-03-02 10:30:00+00');
INSERT INTO public.disclosure VALUES ('019cae19-0040-7f02-a73c-70cbe523ec21', '019cae19-0040-7ce9-9601-b4f93882df4b', NULL, 'finance_team', '019cade2-11c0-7ff7-b994-290a7146f807', NULL, 'nl.trajecthub.referrals.amended.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', '81f78b09a9d7dc3cd4a0862f1bac1956dd7154509723c64d6ca592b8ced2a801', '2026-03-02 10:30:00+00');
INSERT INTO public.disclosure VALUES ('019cae19-0040-7f02-a73c-70cbe617c16e', '019cae19-0040-7ce9-9601-b4f9390ec396', NULL, 'finance_team', '019cade2-11c0-7ff7-b994-290a7146f807', NULL, 'nl.trajecthub.referrals.amended.v1', 'partner:allegro', 'rotterdam/1', '["referral.id", "referral.reference", "referral.status", "referral.received_at", "referral.area", "referral.organisation", "referral.organisation_kind", "referral.three_way_meeting", "referral.meeting_place", "referral.income_situation", "referral.debt_severity", "referral.threats", "referral.protective_administration", "referral.running_wsnp", "referral.lives_in_municipality", "referral.case_lead", "referral.advice", "referral.previous_id", "assessment.done_by", "consent.scopes", "consent.given_on", "client.id", "client.bsn", "client.given_name", "client.family_name", "client.birth_date", "client.sex", "client.address", "client.phone", "client.email", "client.preferred_channel", "client.interpreter_language", "client.contact_cautions", "worker.name", "worker.phone", "worker.email", "event.occurred_at"]', '81f78b09a9d7dc3cd4a0862f1bac1956dd7154509723c64d6ca592b8ced2a801', '2026-03-02 10:30:00+00');
INSERT INTO public.endpoint VALUES ('subscription:019cade2-11c0-7f39-b3b7-a490f5194400', 'closed', 1, 0, 0, NULL, 34, 1, 0, 0);
INSERT INTO public.endpoint VALUES ('partner:allegro', 'closed', 0, 0, 0, NULL, 13, 0, 0, 0);
INSERT INTO public.event VALUES (5, '019cade2-11c0-7f39-b3b7-a49100147bdb', 'nl.trajecthub.referrals.received.v1', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (19, '019cade2-11c0-7f56-b83a-0420ae896d9f', 'nl.trajecthub.referrals.withdrawn.v1', '019cade2-11c0-7f56-b83a-0420aceef8d1', NULL, NULL, 'api', '{"referral.status": "entered_in_error"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (2, '019cade2-11c0-7f39-b3b7-a490fa0ca82d', 'nl.trajecthub.referrals.received.v1', '019cade2-11c0-7f39-b3b7-a490f835c5f9', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (38, '019cade2-11c0-7f7c-b131-940527c761a3', 'nl.trajecthub.referrals.confirmed.v1', '019cade2-11c0-7f7c-b131-9405245e8e79', NULL, NULL, 'allegro', '{"referral.status": "confirmed"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (17, '019cade2-11c0-7f56-b83a-0420ab846b3d', 'nl.trajecthub.trajectories.started.v1', '019cade2-11c0-7f56-b83a-0420a329b485', NULL, '019cade2-11c0-7f56-b83a-0420a8bae227', 'allegro', '{"trajectory.status": "planning"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (16, '019cade2-11c0-7f56-b83a-0420a9f6d4ca', 'nl.trajecthub.referrals.concluded.v1', '019cade2-11c0-7f56-b83a-0420a329b485', NULL, '019cade2-11c0-7f56-b83a-0420a8bae227', 'allegro', '{"intake.result": "route_to_kbr", "referral.status": "concluded", "intake.concluded_on": "2026-02-23"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (13, '019cade2-11c0-7f56-b83a-0420a62de562', 'nl.trajecthub.referrals.confirmed.v1', '019cade2-11c0-7f56-b83a-0420a329b485', NULL, NULL, 'allegro', '{"referral.status": "confirmed"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (20, '019cade2-11c0-7f56-b83a-0420b05ae494', 'nl.trajecthub.referrals.received.v1', '019cade2-11c0-7f56-b83a-0420aeeb79f8', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (10, '019cade2-11c0-7f56-b83a-0420a29a3732', 'nl.trajecthub.referrals.confirmed.v1', '019cade2-11c0-7f56-b83a-04209f9fbe61', NULL, NULL, 'allegro', '{"referral.status": "confirmed"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (33, '019cade2-11c0-7f56-b83a-0420c2fa1c00', 'nl.trajecthub.referrals.concluded.v1', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', NULL, '019cade2-11c0-7f56-b83a-0420c1d9265e', 'allegro', '{"intake.result": "route_to_kbr", "referral.status": "concluded", "intake.concluded_on": "2026-02-23"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (9, '019cade2-11c0-7f56-b83a-0420a12a3f9a', 'nl.trajecthub.referrals.received.v1', '019cade2-11c0-7f56-b83a-04209f9fbe61', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (27, '019cade2-11c0-7f56-b83a-0420b847ba03', 'nl.trajecthub.trajectories.result-recorded.v1', '019cade2-11c0-7f56-b83a-0420aeeb79f8', NULL, '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'allegro', '{"result.code": "kbr_application", "result.decided_on": "2026-03-02", "trajectory.status": "decided", "result.drop_out_reason": null}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (39, '019cade2-11c0-7fb7-894a-37985a7d01fc', 'nl.trajecthub.referrals.intake-scheduled.v1', '019cade2-11c0-7f7c-b131-9405245e8e79', '019cade2-11c0-7f98-afca-91a9ccdf1a34', NULL, 'allegro', '{"referral.status": "scheduled"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (6, '019cade2-11c0-7f56-b83a-04209c6e33c5', 'nl.trajecthub.referrals.confirmed.v1', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', NULL, NULL, 'allegro', '{"referral.status": "confirmed"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (3, '019cade2-11c0-7f39-b3b7-a490fbaa7f06', 'nl.trajecthub.referrals.confirmed.v1', '019cade2-11c0-7f39-b3b7-a490f835c5f9', NULL, NULL, 'allegro', '{"referral.status": "confirmed"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (32, '019cade2-11c0-7f56-b83a-0420c103f502', 'nl.trajecthub.referrals.intake-attended.v1', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', '019cade2-11c0-7f56-b83a-0420bd86d30a', NULL, 'allegro', '{"referral.status": "attended"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (30, '019cade2-11c0-7f56-b83a-0420bcfdb7fa', 'nl.trajecthub.referrals.confirmed.v1', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', NULL, NULL, 'allegro', '{"referral.status": "confirmed"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (37, '019cade2-11c0-7f7c-b131-94052639090d', 'nl.trajecthub.referrals.received.v1', '019cade2-11c0-7f7c-b131-9405245e8e79', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (23, '019cade2-11c0-7f56-b83a-0420b1caaa88', 'nl.trajecthub.referrals.intake-attended.v1', '019cade2-11c0-7f56-b83a-0420aeeb79f8', '019cade2-11c0-7f56-b83a-0420b0a93e92', NULL, 'allegro', '{"referral.status": "attended"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (29, '019cade2-11c0-7f56-b83a-0420bc7479a6', 'nl.trajecthub.referrals.received.v1', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (18, '019cade2-11c0-7f56-b83a-0420adc4738c', 'nl.trajecthub.referrals.received.v1', '019cade2-11c0-7f56-b83a-0420aceef8d1', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (1, '019cade2-11c0-7f39-b3b7-a490f75071fd', 'nl.trajecthub.referrals.received.v1', '019cade2-11c0-7f39-b3b7-a490f6de85db', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (15, '019cade2-11c0-7f56-b83a-0420a88f1794', 'nl.trajecthub.referrals.intake-attended.v1', '019cade2-11c0-7f56-b83a-0420a329b485', '019cade2-11c0-7f56-b83a-0420a66d7368', NULL, 'allegro', '{"referral.status": "attended"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (36, '019cade2-11c0-7f7c-b131-9405241db885', 'nl.trajecthub.trajectories.paused.v1', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', NULL, '019cade2-11c0-7f56-b83a-0420c1d9265e', 'allegro', '{"trajectory.status": "paused"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (24, '019cade2-11c0-7f56-b83a-0420b4ac2bca', 'nl.trajecthub.referrals.concluded.v1', '019cade2-11c0-7f56-b83a-0420aeeb79f8', NULL, '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'allegro', '{"intake.result": "route_to_kbr", "referral.status": "concluded", "intake.concluded_on": "2026-02-23"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (14, '019cade2-11c0-7f56-b83a-0420a7d10e46', 'nl.trajecthub.referrals.intake-scheduled.v1', '019cade2-11c0-7f56-b83a-0420a329b485', '019cade2-11c0-7f56-b83a-0420a66d7368', NULL, 'allegro', '{"referral.status": "scheduled"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (26, '019cade2-11c0-7f56-b83a-0420b7309c8c', 'nl.trajecthub.trajectories.plan-signed.v1', '019cade2-11c0-7f56-b83a-0420aeeb79f8', NULL, '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'allegro', '{"plan.signed_on": "2026-03-02", "trajectory.status": "running"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (8, '019cade2-11c0-7f56-b83a-04209f420faf', 'nl.trajecthub.referrals.intake-missed.v1', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', '019cade2-11c0-7f56-b83a-04209c946c97', NULL, 'allegro', '{"referral.status": "missed", "attendance.missed_count": 1, "referral.requested_action": "restore_contact"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (11, '019cade2-11c0-7f56-b83a-0420a2f3115a', 'nl.trajecthub.referrals.closed.v1', '019cade2-11c0-7f56-b83a-04209f9fbe61', NULL, NULL, 'allegro', '{"referral.status": "unreachable", "referral.closure_reason": "no_contact"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (34, '019cade2-11c0-7f7c-b131-9405212d92d0', 'nl.trajecthub.trajectories.started.v1', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', NULL, '019cade2-11c0-7f56-b83a-0420c1d9265e', 'allegro', '{"trajectory.status": "planning"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (28, '019cade2-11c0-7f56-b83a-0420bb35bebc', 'nl.trajecthub.trajectories.kbr-application-changed.v1', '019cade2-11c0-7f56-b83a-0420aeeb79f8', NULL, '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'allegro', '{"kbr.status": "submitted", "kbr.changed_on": null}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (22, '019cade2-11c0-7f56-b83a-0420b10f32d6', 'nl.trajecthub.referrals.intake-scheduled.v1', '019cade2-11c0-7f56-b83a-0420aeeb79f8', '019cade2-11c0-7f56-b83a-0420b0a93e92', NULL, 'allegro', '{"referral.status": "scheduled"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (7, '019cade2-11c0-7f56-b83a-04209db22d28', 'nl.trajecthub.referrals.intake-scheduled.v1', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', '019cade2-11c0-7f56-b83a-04209c946c97', NULL, 'allegro', '{"referral.status": "scheduled"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (4, '019cade2-11c0-7f39-b3b7-a490fe0c9295', 'nl.trajecthub.referrals.intake-scheduled.v1', '019cade2-11c0-7f39-b3b7-a490f835c5f9', '019cade2-11c0-7f39-b3b7-a490fc8ef848', NULL, 'allegro', '{"referral.status": "scheduled"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (25, '019cade2-11c0-7f56-b83a-0420b5c10783', 'nl.trajecthub.trajectories.started.v1', '019cade2-11c0-7f56-b83a-0420aeeb79f8', NULL, '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'allegro', '{"trajectory.status": "planning"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (21, '019cade2-11c0-7f56-b83a-0420b093abb3', 'nl.trajecthub.referrals.confirmed.v1', '019cade2-11c0-7f56-b83a-0420aeeb79f8', NULL, NULL, 'allegro', '{"referral.status": "confirmed"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (31, '019cade2-11c0-7f56-b83a-0420bf15c603', 'nl.trajecthub.referrals.intake-scheduled.v1', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', '019cade2-11c0-7f56-b83a-0420bd86d30a', NULL, 'allegro', '{"referral.status": "scheduled"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (35, '019cade2-11c0-7f7c-b131-9405236d871c', 'nl.trajecthub.trajectories.plan-signed.v1', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', NULL, '019cade2-11c0-7f56-b83a-0420c1d9265e', 'allegro', '{"plan.signed_on": "2026-03-02", "trajectory.status": "running"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (12, '019cade2-11c0-7f56-b83a-0420a4e6b6f8', 'nl.trajecthub.referrals.received.v1', '019cade2-11c0-7f56-b83a-0420a329b485', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 09:30:00+00');
INSERT INTO public.event VALUES (43, '019cae19-0040-77fd-b48e-9462231df2df', 'nl.trajecthub.referrals.intake-missed.v1', '019cade2-11c0-7f7c-b131-9405245e8e79', '019cade2-11c0-7f98-afca-91a9ccdf1a34', NULL, 'allegro', '{"referral.status": "missed", "attendance.missed_count": 1, "referral.requested_action": "restore_contact"}', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00', false, '2026-03-02 10:30:00+00');
INSERT INTO public.event VALUES (41, '019cade2-11c0-7ff7-b994-290a74c6d6ee', 'nl.trajecthub.referrals.amended.v1', '019cade2-11c0-7ff7-b994-290a7146f807', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 10:30:00+00');
INSERT INTO public.event VALUES (40, '019cade2-11c0-7ff7-b994-290a72c7de53', 'nl.trajecthub.referrals.received.v1', '019cade2-11c0-7ff7-b994-290a7146f807', NULL, NULL, 'gidso', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 10:30:00+00');
INSERT INTO public.event VALUES (42, '019cade2-11c0-7ff7-b994-290a75c49fba', 'nl.trajecthub.referrals.amended.v1', '019cade2-11c0-7ff7-b994-290a7146f807', NULL, NULL, 'gidso', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', false, '2026-03-02 10:30:00+00');
INSERT INTO public.event VALUES (45, '019cae19-0040-7f02-a73c-70cbe768db12', 'nl.trajecthub.referrals.confirmed.v1', '019cae19-0040-7f02-a73c-70cbe640e4e7', NULL, NULL, 'allegro', '{"referral.status": "confirmed"}', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00', false, '2026-03-02 10:30:00+00');
INSERT INTO public.event VALUES (44, '019cae19-0040-7f02-a73c-70cbe7358e67', 'nl.trajecthub.referrals.received.v1', '019cae19-0040-7f02-a73c-70cbe640e4e7', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00', false, '2026-03-02 10:30:00+00');
INSERT INTO public.event VALUES (46, '019cae19-0040-7f02-a73c-70cbea295987', 'nl.trajecthub.subscriptions.test.v1', '019cade2-11c0-7f39-b3b7-a490f5194400', NULL, NULL, 'api', '{"subscription.id": "019cade2-11c0-7f39-b3b7-a490f5194400"}', '2026-03-02 10:30:00+00', '2026-03-02 10:30:00+00', true, '2026-03-02 10:30:00+00');
INSERT INTO public.event VALUES (47, '019cae19-0040-7f02-a73c-70cbeaceecd3', 'nl.trajecthub.partners.failing.v1', 'e9a10645-771c-5ae8-80a7-5d941976ebe6', NULL, NULL, 'api', '{"reason": "reading", "partner.system": "gidso"}', '2026-03-02 10:30:00+00', '2026-03-02 10:30:00+00', true, '2026-03-02 10:30:00+00');
INSERT INTO public.event VALUES (48, '019cae19-0040-7f02-a73c-70cbefbc73e3', 'nl.trajecthub.referrals.received.v1', '019cae19-0040-7f02-a73c-70cbedd07f6d', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00', false, NULL);
INSERT INTO public.event VALUES (49, '019cae19-0040-7f02-a73c-70cbf1160e21', 'nl.trajecthub.referrals.confirmed.v1', '019cae19-0040-7f02-a73c-70cbedd07f6d', NULL, NULL, 'allegro', '{"referral.status": "confirmed"}', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00', false, NULL);
INSERT INTO public.event VALUES (50, '019cae19-0040-7f02-a73c-70cbf318b070', 'nl.trajecthub.referrals.received.v1', '019cae19-0040-7f02-a73c-70cbf2110f64', NULL, NULL, 'api', '{"referral.status": "received"}', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00', false, NULL);
INSERT INTO public.event VALUES (51, '019cae19-0040-7f02-a73c-70cbf38e3e2b', 'nl.trajecthub.referrals.confirmed.v1', '019cae19-0040-7f02-a73c-70cbf2110f64', NULL, NULL, 'allegro', '{"referral.status": "confirmed"}', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00', false, NULL);
INSERT INTO public.event VALUES (52, '019cae19-0040-7f02-a73c-70cbf4c094b3', 'nl.trajecthub.referrals.intake-scheduled.v1', '019cae19-0040-7f02-a73c-70cbf2110f64', '019cae19-0040-7f02-a73c-70cbf4576cc9', NULL, 'allegro', '{"referral.status": "scheduled"}', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00', false, NULL);
INSERT INTO public.event_feed VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 34, 0);
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 1, '019cade2-11c0-7ff7-b994-290a5b1fc182');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 2, '019cade2-11c0-7ff7-b994-290a5bee76ef');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 3, '019cade2-11c0-7ff7-b994-290a5ce32065');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 4, '019cade2-11c0-7ff7-b994-290a5d64be98');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 5, '019cade2-11c0-7ff7-b994-290a5d73b4cb');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 6, '019cade2-11c0-7ff7-b994-290a5e294857');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 7, '019cade2-11c0-7ff7-b994-290a5e3e27d4');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 8, '019cade2-11c0-7ff7-b994-290a5f158be2');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 9, '019cade2-11c0-7ff7-b994-290a5fe13b4b');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 10, '019cade2-11c0-7ff7-b994-290a60d50bc8');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 11, '019cade2-11c0-7ff7-b994-290a61d30fa9');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 12, '019cade2-11c0-7ff7-b994-290a623cc852');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 13, '019cade2-11c0-7ff7-b994-290a625a99d4');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 14, '019cade2-11c0-7ff7-b994-290a630eaa54');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 15, '019cade2-11c0-7ff7-b994-290a63a408db');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 16, '019cade2-11c0-7ff7-b994-290a6435e96b');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 17, '019cade2-11c0-7ff7-b994-290a64c473d7');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 18, '019cade2-11c0-7ff7-b994-290a659ca1a8');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 19, '019cade2-11c0-7ff7-b994-290a66594bce');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 20, '019cade2-11c0-7ff7-b994-290a674d482a');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 21, '019cade2-11c0-7ff7-b994-290a67a03f1b');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 22, '019cade2-11c0-7ff7-b994-290a6852640e');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 23, '019cade2-11c0-7ff7-b994-290a69079d2d');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 24, '019cade2-11c0-7ff7-b994-290a691c99c6');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 25, '019cade2-11c0-7ff7-b994-290a6a0ac72e');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 26, '019cade2-11c0-7ff7-b994-290a6a22d1d5');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 27, '019cade2-11c0-7ff7-b994-290a6a6fb6d0');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 28, '019cade2-11c0-7ff7-b994-290a6ad475d0');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 29, '019cade2-11c0-7ff7-b994-290a6b22af79');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 30, '019cade2-11c0-7ff7-b994-290a6b6e0124');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 31, '019cade2-11c0-7ff7-b994-290a6bf0b61e');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 32, '019cade2-11c0-7ff7-b994-290a6c1ac75b');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 33, '019cade2-11c0-7ff7-b994-290a6c393544');
INSERT INTO public.event_feed_entry VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 34, '019cade2-11c0-7ff7-b994-290a6c512798');
INSERT INTO public.external_id VALUES ('allegro', 'A-1', '019cade2-11c0-7f7c-b131-9405245e8e79');
INSERT INTO public.external_id VALUES ('gidso', 'G-1', '019cade2-11c0-7ff7-b994-290a7146f807');
INSERT INTO public.history VALUES ('019cade2-11c0-7f39-b3b7-a490f74f1882', '019cade2-11c0-7f39-b3b7-a490f6de85db', 'referral', '019cade2-11c0-7f39-b3b7-a490f6de85db', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f39-b3b7-a490f915dea6', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'referral', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f39-b3b7-a490fad0557b', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'referral', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'confirm', 'received', 'confirmed', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.confirmed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f39-b3b7-a490fd79e3e2', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'referral', '019cade2-11c0-7f39-b3b7-a490f835c5f9', 'schedule', 'confirmed', 'scheduled', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.intake-scheduled.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f39-b3b7-a490ff23eaa9', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'referral', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-04209be01b4f', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'referral', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'confirm', 'received', 'confirmed', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.confirmed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-04209d931d4e', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'referral', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'schedule', 'confirmed', 'scheduled', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.intake-scheduled.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-04209ea59cd5', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'referral', '019cade2-11c0-7f39-b3b7-a490fe3f4e36', 'miss', 'scheduled', 'missed', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.intake-missed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420a04d0e22', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'referral', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420a19dc800', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'referral', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'confirm', 'received', 'confirmed', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.confirmed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420a29eeadf', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'referral', '019cade2-11c0-7f56-b83a-04209f9fbe61', 'mark_unreachable', 'confirmed', 'unreachable', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.closed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420a41dfc45', '019cade2-11c0-7f56-b83a-0420a329b485', 'referral', '019cade2-11c0-7f56-b83a-0420a329b485', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420a5ae9453', '019cade2-11c0-7f56-b83a-0420a329b485', 'referral', '019cade2-11c0-7f56-b83a-0420a329b485', 'confirm', 'received', 'confirmed', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.confirmed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420a6da40ab', '019cade2-11c0-7f56-b83a-0420a329b485', 'referral', '019cade2-11c0-7f56-b83a-0420a329b485', 'schedule', 'confirmed', 'scheduled', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.intake-scheduled.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420a8308933', '019cade2-11c0-7f56-b83a-0420a329b485', 'referral', '019cade2-11c0-7f56-b83a-0420a329b485', 'attend', 'scheduled', 'attended', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.intake-attended.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420a8fd2a37', '019cade2-11c0-7f56-b83a-0420a329b485', 'referral', '019cade2-11c0-7f56-b83a-0420a329b485', 'conclude', 'attended', 'concluded', 'finance_team', NULL, 'allegro', NULL, 'route_to_kbr', false, 'nl.trajecthub.referrals.concluded.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420aae923e0', '019cade2-11c0-7f56-b83a-0420a329b485', 'trajectory', '019cade2-11c0-7f56-b83a-0420a8bae227', 'open', NULL, 'planning', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.trajectories.started.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420ad36202b', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'referral', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420add53e82', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'referral', '019cade2-11c0-7f56-b83a-0420aceef8d1', 'enter_in_error', 'received', 'entered_in_error', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.withdrawn.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420afdc513b', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'referral', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420b0674c6e', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'referral', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'confirm', 'received', 'confirmed', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.confirmed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420b0e22e4b', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'referral', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'schedule', 'confirmed', 'scheduled', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.intake-scheduled.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420b19e5d8a', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'referral', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'attend', 'scheduled', 'attended', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.intake-attended.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420b3adec74', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'referral', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'conclude', 'attended', 'concluded', 'finance_team', NULL, 'allegro', NULL, 'route_to_kbr', false, 'nl.trajecthub.referrals.concluded.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420b537868e', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'trajectory', '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'open', NULL, 'planning', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.trajectories.started.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420b7163092', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'trajectory', '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'sign_plan', 'planning', 'running', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.trajectories.plan-signed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420b7a4b734', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'trajectory', '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'decide', 'running', 'decided', 'finance_team', NULL, 'allegro', NULL, 'kbr_application', false, 'nl.trajecthub.trajectories.result-recorded.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420ba95bfa6', '019cade2-11c0-7f56-b83a-0420aeeb79f8', 'kbr_application', '019cade2-11c0-7f56-b83a-0420b9c3078e', 'submit', NULL, 'submitted', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.trajectories.kbr-application-changed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420bc441171', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'referral', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420bca2e42e', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'referral', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'confirm', 'received', 'confirmed', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.confirmed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420be4d5f11', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'referral', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'schedule', 'confirmed', 'scheduled', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.intake-scheduled.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420c00a01f2', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'referral', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'attend', 'scheduled', 'attended', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.intake-attended.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f56-b83a-0420c2326eee', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'referral', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'conclude', 'attended', 'concluded', 'finance_team', NULL, 'allegro', NULL, 'route_to_kbr', false, 'nl.trajecthub.referrals.concluded.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f7c-b131-94052120130d', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'trajectory', '019cade2-11c0-7f56-b83a-0420c1d9265e', 'open', NULL, 'planning', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.trajectories.started.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f7c-b131-9405228db333', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'trajectory', '019cade2-11c0-7f56-b83a-0420c1d9265e', 'sign_plan', 'planning', 'running', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.trajectories.plan-signed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f7c-b131-9405236eedb2', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', 'trajectory', '019cade2-11c0-7f56-b83a-0420c1d9265e', 'pause', 'running', 'paused', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.trajectories.paused.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f7c-b131-940525bf4993', '019cade2-11c0-7f7c-b131-9405245e8e79', 'referral', '019cade2-11c0-7f7c-b131-9405245e8e79', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7f7c-b131-94052718fefc', '019cade2-11c0-7f7c-b131-9405245e8e79', 'referral', '019cade2-11c0-7f7c-b131-9405245e8e79', 'confirm', 'received', 'confirmed', 'finance_team', NULL, 'allegro', '1', NULL, false, 'nl.trajecthub.referrals.confirmed.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7fb7-894a-37985a7b26a0', '019cade2-11c0-7f7c-b131-9405245e8e79', 'referral', '019cade2-11c0-7f7c-b131-9405245e8e79', 'schedule', 'confirmed', 'scheduled', 'finance_team', NULL, 'allegro', '1', NULL, false, 'nl.trajecthub.referrals.intake-scheduled.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7ff7-b994-290a721b52f4', '019cade2-11c0-7ff7-b994-290a7146f807', 'referral', '019cade2-11c0-7ff7-b994-290a7146f807', 'register', NULL, 'received', 'referrer', NULL, 'gidso', '1', NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7ff7-b994-290a744f6c7c', '019cade2-11c0-7ff7-b994-290a7146f807', 'referral', '019cade2-11c0-7ff7-b994-290a7146f807', 'amend', 'received', 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.amended.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cade2-11c0-7ff7-b994-290a75042f4b', '019cade2-11c0-7ff7-b994-290a7146f807', 'referral', '019cade2-11c0-7ff7-b994-290a7146f807', 'amend', 'received', 'received', 'referrer', NULL, 'gidso', '2', NULL, false, 'nl.trajecthub.referrals.amended.v1', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.history VALUES ('019cae19-0040-77fd-b48e-9462224ef96b', '019cade2-11c0-7f7c-b131-9405245e8e79', 'referral', '019cade2-11c0-7f7c-b131-9405245e8e79', 'miss', 'scheduled', 'missed', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.intake-missed.v1', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00');
INSERT INTO public.history VALUES ('019cae19-0040-7f02-a73c-70cbe6871060', '019cae19-0040-7f02-a73c-70cbe640e4e7', 'referral', '019cae19-0040-7f02-a73c-70cbe640e4e7', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00');
INSERT INTO public.history VALUES ('019cae19-0040-7f02-a73c-70cbe747f952', '019cae19-0040-7f02-a73c-70cbe640e4e7', 'referral', '019cae19-0040-7f02-a73c-70cbe640e4e7', 'confirm', 'received', 'confirmed', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.confirmed.v1', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00');
INSERT INTO public.history VALUES ('019cae19-0040-7f02-a73c-70cbef0218c5', '019cae19-0040-7f02-a73c-70cbedd07f6d', 'referral', '019cae19-0040-7f02-a73c-70cbedd07f6d', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00');
INSERT INTO public.history VALUES ('019cae19-0040-7f02-a73c-70cbf08abe92', '019cae19-0040-7f02-a73c-70cbedd07f6d', 'referral', '019cae19-0040-7f02-a73c-70cbedd07f6d', 'confirm', 'received', 'confirmed', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.confirmed.v1', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00');
INSERT INTO public.history VALUES ('019cae19-0040-7f02-a73c-70cbf30f282b', '019cae19-0040-7f02-a73c-70cbf2110f64', 'referral', '019cae19-0040-7f02-a73c-70cbf2110f64', 'register', NULL, 'received', 'referrer', NULL, 'api', NULL, NULL, false, 'nl.trajecthub.referrals.received.v1', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00');
INSERT INTO public.history VALUES ('019cae19-0040-7f02-a73c-70cbf34802b3', '019cae19-0040-7f02-a73c-70cbf2110f64', 'referral', '019cae19-0040-7f02-a73c-70cbf2110f64', 'confirm', 'received', 'confirmed', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.confirmed.v1', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00');
INSERT INTO public.history VALUES ('019cae19-0040-7f02-a73c-70cbf49bd10e', '019cae19-0040-7f02-a73c-70cbf2110f64', 'referral', '019cae19-0040-7f02-a73c-70cbf2110f64', 'schedule', 'confirmed', 'scheduled', 'finance_team', NULL, 'allegro', NULL, NULL, false, 'nl.trajecthub.referrals.intake-scheduled.v1', '2026-03-02 09:30:00+00', '2026-03-02 10:30:00+00');
INSERT INTO public.kbr_application VALUES ('019cade2-11c0-7f56-b83a-0420b9c3078e', '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'submitted', NULL, NULL, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-75fa-9cfb-ac6e7687a66e', 'expertiseteam-financien', 'Expertiseteam Financiën', 'finance_team', NULL, 'allegro', NULL, true, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-75fa-9cfb-ac6e77657d6e', 'kredietbank', 'Kredietbank Rotterdam', 'credit_bank', NULL, 'allegro', NULL, true, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-75fa-9cfb-ac6e77e633c2', 'gidso', 'GIDSO', 'partner_system', NULL, 'gidso', NULL, true, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-79af-a5f6-db1d76b67451', 'rmw', 'RMW', 'partner_system', NULL, 'rmw', NULL, true, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-79af-a5f6-db1d77a62b4d', 'beheer', 'Beheer trajecthub', 'operator', NULL, 'api', NULL, true, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-79af-a5f6-db1d7860961c', 'dock', 'DOCK', 'referrer', 'welzijnsorganisatie', 'api', 'Feijenoord', true, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-7b40-ab5e-baa061076dc3', 'pit010', 'PIT010', 'referrer', 'welzijnsorganisatie', 'api', 'Feijenoord', true, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-7f39-b3b7-a490f23b2cc4', 'schuldenrechter', 'Schuldenrechter Rotterdam', 'referrer', 'schuldenrechter', 'api', 'Feijenoord', true, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-7f39-b3b7-a490f2664add', 'deurwaarder-zuid', 'Deurwaarder Zuid', 'referrer', 'deurwaarder', 'api', 'Feijenoord', true, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-7f39-b3b7-a490f2883182', 'wijkteam-feijenoord', 'Wijkteam Feijenoord', 'referrer', 'wijkteam', 'gidso', 'Feijenoord', true, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-7f39-b3b7-a490f385e29c', 'werk-en-inkomen', 'Werk & Inkomen', 'referrer', 'werk_en_inkomen', 'rmw', 'Feijenoord', true, '2026-03-02 09:30:00+00');
INSERT INTO public.organisation VALUES ('019cade2-11c0-7f39-b3b7-a490f4362044', 'wijkteam-charlois', 'Wijkteam Charlois', 'referrer', 'wijkteam', 'gidso', NULL, true, '2026-03-02 09:30:00+00');
INSERT INTO public.partner VALUES ('gidso', '1', false, '2026-03-02 09:30:00+00', NULL, '2026-03-02 09:31:00+00', 'test', NULL, NULL, 0, NULL, false);
INSERT INTO public.partner VALUES ('allegro', '7', false, '2026-03-02 10:30:00+00', NULL, '2026-03-02 10:31:00+00', 'test', NULL, NULL, 0, NULL, false);
INSERT INTO public.partner_field VALUES ('gidso', '019cade2-11c0-7ff7-b994-290a7146f807', 'referral.case_lead', '\xd715bcd6aa7df0b34f72b577206ccf39ae8ffff681080ada0ac0e5d9bf178d36', '2026-03-02 09:30:00+00', 0, '2026-03-02 09:30:00+00');
INSERT INTO public.partner_field VALUES ('allegro', '019cade2-11c0-7ff7-b994-290a7146f807', 'referral.case_lead', '\xd715bcd6aa7df0b34f72b577206ccf39ae8ffff681080ada0ac0e5d9bf178d36', '2026-03-02 10:30:00+00', 1, '2026-03-02 10:30:00+00');
INSERT INTO public.partner_job VALUES ('019cae19-0040-7f02-a73c-70cbed550080', 'allegro', 'reconcile', true, 'waiting', 'beheer', '2026-03-02 10:30:00+00', NULL, NULL, NULL);
INSERT INTO public.partner_job VALUES ('019cae19-0040-7f02-a73c-70cbed6a2531', 'allegro', 'backfill', true, 'waiting', 'beheer', '2026-03-02 10:30:00+00', NULL, NULL, NULL);
INSERT INTO public.partner_record VALUES ('allegro', 'mutatie', 'm0', '1', '\xc907bce1740abd06501e26f0953643a8295d01c51563d7bff4dafae8f298429b', '2026-03-02 09:30:00+00', NULL, 'A-1');
INSERT INTO public.partner_record VALUES ('allegro', 'mutatie', 'm1', '1', '\x55c0e1505562cf323cc26799812fccae4be06f5fd9d7b92ceb4ace729ca20ff6', '2026-03-02 09:30:00+00', NULL, 'A-1');
INSERT INTO public.partner_record VALUES ('gidso', 'mutatie', 'G-1', '2', '\x0899eaeee76dcfdd3c97f3afd61ce31158e7b795a26f1568d83727897e6cee85', '2026-03-02 09:30:00+00', NULL, 'G-1');
INSERT INTO public.partner_run VALUES ('019cade2-11c0-7f7c-b131-940527d15670', 'allegro', '1', '2026-03-02 09:30:00+00', 1, 1, 0, 0, 0, 'pull', NULL);
INSERT INTO public.partner_run VALUES ('019cade2-11c0-7fb7-894a-37985aca81d9', 'allegro', '1', '2026-03-02 09:30:00+00', 1, 1, 0, 0, 0, 'pull', NULL);
INSERT INTO public.partner_run VALUES ('019cade2-11c0-7ff7-b994-290a73581484', 'gidso', '1', '2026-03-02 09:30:00+00', 1, 1, 0, 0, 0, 'pull', NULL);
INSERT INTO public.partner_run VALUES ('019cade2-11c0-7ff7-b994-290a7626513b', 'gidso', '1', '2026-03-02 09:30:00+00', 1, 1, 0, 0, 0, 'pull', NULL);
INSERT INTO public.partner_run VALUES ('019cae19-0040-7f02-a73c-70cbed50589a', 'allegro', '1', '2026-03-02 10:30:00+00', 2, 0, 0, 0, 2, 'pull', NULL);
INSERT INTO public.party VALUES ('019cade2-11c0-7f56-b83a-0420ab940316', '019cade2-11c0-7f56-b83a-0420a8bae227', 'DOCK', 'referrer', NULL, '2026-02-23', NULL);
INSERT INTO public.party VALUES ('019cade2-11c0-7f56-b83a-0420abf790a4', '019cade2-11c0-7f56-b83a-0420a8bae227', 'Expertiseteam Financiën', 'counsellor', '\xb80820c6dfeca50d8b8798bbfb24e7bad60183499c546c49f66864cb558bf7640bbb702c5e908137b7', '2026-02-23', NULL);
INSERT INTO public.party VALUES ('019cade2-11c0-7f56-b83a-0420b5d1d14f', '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'DOCK', 'referrer', NULL, '2026-02-23', NULL);
INSERT INTO public.party VALUES ('019cade2-11c0-7f56-b83a-0420b65c9bbd', '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'Expertiseteam Financiën', 'counsellor', '\xa2246ccf49b896466f63df52dc3d357b5a2461a76d80207b3cc52deb3cfa866f026921a9bf402e5c40', '2026-02-23', NULL);
INSERT INTO public.party VALUES ('019cade2-11c0-7f7c-b131-940521d2c679', '019cade2-11c0-7f56-b83a-0420c1d9265e', 'DOCK', 'referrer', NULL, '2026-02-23', NULL);
INSERT INTO public.party VALUES ('019cade2-11c0-7f7c-b131-940521ed4d53', '019cade2-11c0-7f56-b83a-0420c1d9265e', 'Expertiseteam Financiën', 'counsellor', '\xd3fdc674da49684dc43f3a82953ba63457919f6a7cbd98ff3beb771b8be6efb85bd6514588e9ee351b', '2026-02-23', NULL);
INSERT INTO public.plan VALUES ('019cade2-11c0-7f56-b83a-0420b2bcf43e', '2026-03-02', 'RDD-1', '2026-03-02 09:30:00+00');
INSERT INTO public.plan VALUES ('019cade2-11c0-7f56-b83a-0420c1d9265e', '2026-03-02', 'RDD-1', '2026-03-02 09:30:00+00');
INSERT INTO public.quarantine VALUES ('019cae19-0040-7f02-a73c-70cbec34a330', 'allegro', 'mutatie', 'x', 'A-9', '1', '\x3a6dffa645a0722f9f49f4d36dd52fe215db956b7eb81e3cc0759e838930670a', 'soort', 'unknown-code', 'soort is no kind of change that the hub knows; extend the mapping', '\x8cc4d1bf19feaf3c4ead9c1e642caa338405b97e820b60aad698a4aa31dda4f4ff7066cf93a1623b72183288436d', 'open', '2026-03-02 10:30:00+00', '2026-03-02 10:30:00+00', '2026-03-02 09:30:00+00', NULL, NULL, NULL, NULL);
INSERT INTO public.quarantine VALUES ('019cae19-0040-7f02-a73c-70cbed2655fe', 'allegro', 'mutatie', 'waits', 'A-9', '1', '\x830e45f0a143eb496f4f6cac3818e893d1e98429a9e6fb462f7de6c892367747', 'case', 'waits-for-earlier', 'An earlier record of this case is in quarantine; this one waits for it.', '\x7223b681aba7a068b607dd87fc6dae78cf0af5257d852ab5bfd49b896d4a298936a55c953515dd559821513f1a83785acf9ced07cd14d8b1f161d3bdca9239eb6275d24e4761a4c5f5486ff40bf1099b642b74a5dc63b76247bd8d17eb51d4100f1ff9829aba4d629b8a527c3c0edd8d12a05ae89c3208e374c1214c7d752d52226911cb96e487033217de4f', 'open', '2026-03-02 10:30:00+00', '2026-03-02 10:30:00+00', '2026-03-02 09:30:00+00', NULL, NULL, NULL, NULL);
INSERT INTO public.referral VALUES ('019cade2-11c0-7f39-b3b7-a490f6de85db', '019cade2-11c0-7f39-b3b7-a490f74409b2', '019cade2-11c0-79af-a5f6-db1d7860961c', 'D-0', 'Charlois', 'received', 'received', false, false, false, '2026-03-02 09:30:00+00', 35, '[]', '[]', NULL, '\xdeaf0e4edc224d6537c63c1cde82af35e5c069ab946885d6158e45d5e7dc0fcb85a919d67d4edb8338c5aa36698c8e4de169054a2b945d639825ae2e9160819d77e33cabd329fabe4b3c2aeece40dfbccac72f771256157d38b0c73f8eba39b11e546adca7798f5c70a55de90aa9bfd9f134f8c0c08d66ad891ce3e0173380179b7b868847085ea8fed00af7bc52d192361e2f26c67adba975cf1762eeec97bf32023cd8dfce806fb3e353a2b4bdea5e8e33be803c79f6f5791723299dc99eb5bf64f7742085df50895492cda70a43b44cfe7609a4fe48bae6455c77e6429e0028d3c20f4f0a1c7d9439b0c5a161021eeb5217348dca6b194574a58d4e59388c9b9ac4c7c7dcbf77e76f4ec6a58e4302588ef022a0ad31b35855d366178697638facf223d40ce510d3301f723a4149db333a77784ee74215650c079f95d5b762a124f3bb8f06fc0dacf5d582e0b97d76d60b4fe4611d2449d6eded1abf4a3080dca192dfefee8cc87d3b3b635e577d964f67f6c36376089b0db48adddcf6bfa2d27465dab7a19901ac6a63886533e6fa8957d10269d30501d74f07611fc33501750942d4f1ef023f2f651ee71fab1c965865ade48f0823f2e73208df338095a1df8217648ac4', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-03-02 09:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cade2-11c0-7f39-b3b7-a490f835c5f9', '019cade2-11c0-7f39-b3b7-a490f85964d7', '019cade2-11c0-79af-a5f6-db1d7860961c', 'D-1', 'Charlois', 'scheduled', 'scheduled', false, false, false, '2026-03-02 09:30:00+00', 35, '[]', '[]', NULL, '\xc27bb340fdf1e5bf19f4ad3cd9f3bf124805a7dba25df20d7ff47422ca11b879bfb799f292029daa6c0ff3bdf8bcda5fda8e9dec575b9025d7cb796b5d77e9ff32bebb0a73e7d892a467c55fe99d2d7f0109ac854d25a6874093e52c3ecdcd34be3f57af1b9de708142ab8d39731c805238bb4c7edf1ca1604a82c5020124bf5163b1ef6ddaf0b0cfbd33c9eb320ea8daf85b5ce4b0351e3a06e242bfddfba24508d9c77e94f5e94aa56e90c6265f16c052320c1e2f6a955a036095994af733de645f75b990e9e4629bbb1da0e2d69346b169db43492a3c603ac65a1f823156ee7844ffc623c5b66526c538ae8fc70af4020d3ebe63735ce0419b24301e18cf58c36a8ae9340522fe56a0df90785c8961341a3f7f30a52b6bc2cdc15d864054a7a38b40c884ff7a145b99be502cb0bb45cc761e3946117c0746e3a92f7d05430f639e84b3a9219ae35e1e72203dbe2a75d59497ba46af72a9f4552b5eca320b31dbae13963b48bbebf49c465cce5b29bb025e04dd261fe21b991549884cee2764aef3d8c212e61bd7ce74a7d93515eb525b8a8dbcac798811ab44dd347c27b87f07a95f59ed062123c1eee918ca92027d7ec8b02fa6f719ec53f0b44e6eb8f84fbbff45863f9', 'T. Begeleider', '010-5550100', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-03-02 09:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cade2-11c0-7f39-b3b7-a490fe3f4e36', '019cade2-11c0-7f39-b3b7-a490fe707fe8', '019cade2-11c0-79af-a5f6-db1d7860961c', 'D-2', 'Charlois', 'missed', 'missed', false, false, false, '2026-03-02 09:30:00+00', 35, '[]', '[]', NULL, '\xeeccb56f6aa7e00e8b97d2504a0051fd4ed62a510c27fabe390e98f68b6772df585be1bd36349db5bc80a4767661c7b118aa00d0842dc1a2c8a9293a1f82efe293dc23bc6a5c4877954f2580b052034876da6432e7f4a5ab0d0d0802e1e72f5cd236af87da512fac758cc2c0d5c4670ab562f43c8140f84e09bb16aa4f1338bb1aee2377ef1e0c875172cef011d38e0cd1c17a62644caab3e01d89a1fc5a86d9db4317b875a54d6bedf6884355cbdc914580eeaada39af5c7212642dbc038ddaaaa08fa7bd77629ca3bda5f5d86ca78fb23477594fc5db9e46a6ecb08ce4dd5c642df3b520ff9c6da706b1d26e008c5a204b4712e52310b3c4cca9058cf84a8500833c8cd6d72293a256410ee88657c99577ca561d2d32f99b15fe5d270af9bfa8f33f4ca3865e289b3ae7c67d929a52287a5ee0d100593e012ced0ce50c8d7ba96daed4e251c322255568792e4008d08b9ebbaea110ccc68fa0a9d2e63ba0d14f7a3a2acf5809e85a0b0b7c5f89399b1673ed4195d56c4e013bc509690c0bf0067f5f3f95210a8a0192f404a545e81d1ed5a6c0c709a588245002fb4e93f33cb26865111b7de8b0ddff267370b25bc934752d82be11752c4049c90561a15a27e2248f44031a', 'T. Begeleider', '010-5550100', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-03-02 09:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cade2-11c0-7f56-b83a-04209f9fbe61', '019cade2-11c0-7f56-b83a-0420a036d999', '019cade2-11c0-79af-a5f6-db1d7860961c', 'D-3', 'Charlois', 'unreachable', 'unreachable', false, false, true, '2026-03-02 09:30:00+00', 35, '[]', '[]', NULL, '\xfd756477672c71ce4b557ef93f322df6402adb1db912b6f71a0fcf6c27714bfbd09597f06c6218e36b0a8d62dfc1c60056d56beac82e09653563baf6b63f6e6b0b50bac72c00c67d2f55bfb60368e61313b1f39f0993ecf43bba91cfd6c17d9446b819adfd6978c9bb11c7fde838e96ea89b80842c32126a9bf489f2cb718c2eb4a644864ebb0c2dc619002c7db0f8923add231e7446695574e429ea1a86313fe93d1afc7718b8e6e4134b170aae2121f21843096f4fe72501d519b90742516cd1d575b4f27cbe4fbafefb925edfc4d005c5785543055714aa138512df604c9451283b0aff76ec82a3b23475b6869723d2427d6731b325ac9f5fae2dc94ae40ed43f8152928453541c9870a0e5b56b0f8fadc7e4df2999818b52054d575f486276e052e1fec99493c03ea680b2fe2d9f20be9d05dba9d97782ffcc25c14ffb288b07705731e5023ca46054dfe167d83ae874202d3fd95d9b69207e2fe3404ddaaffa8f32c6d035d623bfa55b038f680a679fe027c13760fede5ad2546766d2221e2a75a89bfa9f41bbbcf74af1bdc5327d9bb0c12608dd02979f44fc13fc9bea074d5106eb56aa0ac45db491c2a83046f02593a20f93454c3a81495cbf21f5ab44f9f25db5a0', 'T. Begeleider', '010-5550100', 0, NULL, NULL, NULL, NULL, NULL, 'no_contact', NULL, '2026-03-02 09:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cade2-11c0-7f56-b83a-0420a329b485', '019cade2-11c0-7f56-b83a-0420a37cd4b0', '019cade2-11c0-79af-a5f6-db1d7860961c', 'D-4', 'Charlois', 'concluded', 'concluded', false, false, false, '2026-03-02 09:30:00+00', 35, '[]', '[]', NULL, '\x98f76f51c11a92ba6e20465ae9ce3ecf8ca283cb608c386fdc370070b9e4e63f735d3e7e41edaab9d3f947215ce2a74daacef6c1bb55256155e853b3fb75260578199a454c38dd360c4f20cd2fc79720a366625d32af26003c01aa12ee9d044376e35fdbc03484aa4173fd8a500a4689dbfd0949cf656d44652d2b4215721b45a87a65504f26249a48d0c807b9a94eeffd09b8824f14c85f0b75e424d8a009e52918cec125d9f234ce12ea9c72aef26049dd6266c83265cb8e26593401dce29051fafda5b284468cdf981b9560ffb65a09c095f99380f6690311a7a7a942de060d534d2cdcc2263fefa66a4a428c36e65835be9b3b2b1d6899070aca9c600e087f85cfb8b590d199da1853ba7c548d5bf16b73d6ad4be75c263fcdf95fb928fc47b632940b6f22fa7904da4be160823c2406dc9537bb0e495db054cc0e9b2d5fa915c78cbed9b96727cd9c2f0a99a932ca2e1e4a95c4dd062574cc2cdc1a6820329ba836f31d5b8ee93b4576c586ae66e3a75a82b315bdee8b2683e69aaa7978e9b3c598e4ab25dc1256085346f414a51fa1b01535ded3c160ff46e9d0a21150207c15c88ab2698187f86baed995f2a879861a6b884cc87eb37848b1211501a932f5875345d8', 'T. Begeleider', '010-5550100', 0, '2026-03-02', 'route_to_kbr', '2026-02-23', NULL, NULL, NULL, NULL, '2026-03-02 09:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cade2-11c0-7f56-b83a-0420aceef8d1', '019cade2-11c0-7f56-b83a-0420ad12fa19', '019cade2-11c0-79af-a5f6-db1d7860961c', 'D-5', 'Charlois', 'entered_in_error', 'entered_in_error', false, false, false, '2026-03-02 09:30:00+00', 35, '[]', '[]', NULL, '\x9102002c17c7b30e093d18805af4e5ad410e084ebf37e3fb106241c589306785cec2db16f95f9172802eda4f16919f61ce7515553814148bfbef9c46b928a0df0dce9e128640221c31f483e589029371a37b9e02f34168a815b984e0fb4e6484b54a7769f6255ee32198dbbdc544b50a77747527f7383511298ff006fc4f767c9b627f48507db486a238f49e20407ad618aa9724969694f48915308675e59679d35bbd5c7a22d98063c4dbed566ff359be957a33fff084402d35d6f527ac5d7725a18a948a18ee45f79303a37dbafc50f1e20eaa736998b9e5459b67c0e56cf3ed481387989380ffe3d5a2c304b37a5fded054e88616cab31603d8492bd72d1ded946e57254a7eef2bafc9e20a79b945a61c9f57025a317ec69e86dde2b934bc5a17894914bc5172f5d1bb34e1952b1fb68a0e8ba1c42c044b813595550ee706cced7a502b96ef49b3b3fdbe496bf330e555585b8b7454bd7f9f5d310866dee27d1d0774c8a822dce17e74734db140192916a6c9100ce3928e375e03eaa7aedcfa31a48bfa6744ad06b9d25ca61362ec7e03a234bd8478bc36804bc19a7f81820e4a0cf3b0068e1111020fd711a527b99158cfc2f1631333c47b0f4e7761f35611c7737a54f5', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-03-02 09:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cade2-11c0-7f56-b83a-0420aeeb79f8', '019cade2-11c0-7f56-b83a-0420af16c2ca', '019cade2-11c0-79af-a5f6-db1d7860961c', NULL, 'Charlois', 'concluded', 'concluded', false, false, false, '2026-03-02 09:30:00+00', 35, '[]', '[]', NULL, '\x9135245c059ba81048999be57d5376922eb82060ac349af8328986010e86d2b5447492d613f8ad97a0820ad2d6365bedea9cf6d2d25f1e6878cd24f05f1a71877c45b544efb8925d270375a7a794e04bf1d12523111c69724d5dc29fdcad2f1be4db1f7709148904355b873ba6a42b3f6b402df4a95536e86b702e130d882d63cfa886b85555590c03b8c76c96a59c17808d7da1bce7776292eacfaa34c950e2c58adfd6568785c583c709671dc78fe8a377aca0494318a8563bacb586e05920a60ac8d27e9870035bc13bea4234c2e52d51bdb817625e0fe472e77dbd33a75c2c2c7ce726e9cff3b8c428c2c83c0293a23a57f05e19cd07ca5d7b22ae76837d72621ed8977b2c75b83f2f6156bcf860a1c4949422a1748360f6ac281f024757e9bfe422e3f96207aa9e95615e364e1903e487e33476c14300f7bb0d7a417c5c4a4e2ef46bc93261b3c9de8bbb879e5a3315bf09ad48849052242a6d77998c147825d1ea990465e99069d4b62d387b4865854543133ef2674078bb1779a30b154a0f4f14fd652c0698158bcf3a4a002a739e005ea1e2c74b47cf9f5dc244831245847bc174d47c53e20fb0ea61498798be394247243a25834e3dc1c0a474fc801754d156af8b', 'T. Begeleider', '010-5550100', 0, '2026-03-02', 'route_to_kbr', '2026-02-23', NULL, NULL, NULL, NULL, '2026-03-02 09:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cade2-11c0-7f56-b83a-0420bb3ef5f7', '019cade2-11c0-7f56-b83a-0420bbdbf57d', '019cade2-11c0-79af-a5f6-db1d7860961c', NULL, 'Charlois', 'concluded', 'concluded', false, false, false, '2026-03-02 09:30:00+00', 35, '[]', '[]', NULL, '\x6f250a3edd867141793f39ba924ad7d3dcf66f63320646485036ab12896d68635cefab952b7f3d7a01d2bc115ecce4caf6d350bdf9324b964462374e8b33724bb77d5c1e7530e59d23716b27015a5536c0e2fd148303c9828a88fb63c911f51cbfb915ace2de3f18dc29dfc5418e2ba0282b8c830f40e6561a7a17a0873cbc1eb218087129167ee1625ec5120f1ef67466e78b00a379a9f60bd1b0684c78011e8b8ac0e8eb3fe3d146507128bb19b5f04b4154b7d963ba95006d3e40ab8c2bde45aecad312d90a92c9f342efd72627dede76e57f34f219b4dc21ebd5547482c459b6c603460784864673a218976f1b1e7c18c2e4adff568eaf8dec6740d40886db5577b65571513b451f1b52f9056e97a80ca6fff91976ea501d9c4846668708bb967bbdf4582c1e2306e068e8a625474999da6ae4928c0dda0784f297fbd7d754ff3c292eb4c5b4567211e12f0bfc5294d60f153bdf9a37e859ae4f73aea9e54f72f2904db4f15770d2b490907dffb2da74e67871b26caddcfe64950a4ba6c4409ba15860cd472ef1bd94c0e2c392b8d51055c2b872c8c559442220b5ffb1ffbb78d1716cdba660e17bf7e5dbd34ba3475809466eb2edf84db0dbc45de980c21e303a32c35a', 'T. Begeleider', '010-5550100', 0, '2026-03-02', 'route_to_kbr', '2026-02-23', NULL, NULL, NULL, NULL, '2026-03-02 09:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cade2-11c0-7ff7-b994-290a7146f807', '019cade2-11c0-7ff7-b994-290a71e8158f', '019cade2-11c0-7f39-b3b7-a490f4362044', 'G-1', 'Charlois', 'received', 'received', false, false, false, '2026-03-02 09:30:00+00', 35, '[]', '[]', NULL, '\xc28cb46e11dd46e38f6c8620b279e2ad81d0ad415da0968224d6082a4a6386f3afd2ea3ff67183b3b622247b732ef0ec300039345864fff4afeb19ddd2881798de4b53760cfc954bfc704a037910eba5f0a0b1f2d1c372d4ee3af671aaa14afb414fa3bca5a4af0fde2562a7c9b5c16bac533d31af89288c5c3efb8c78f5e775c87c4f17b7fcb11d03971885a8ce95051d52e70ef8604feee3a74bc95cf0464172c3a54fb23043b68a818302e7ae001a1a8e39f9bf5d3ba6ca96c13213f718a6a9a2fe3a74fd1c1b1ecf555933926f6ce52a8476d3d5c52a7c2cb68846aafb0a49f49cb2e48411392707ef3e0cc9aec5b380ca3bbd4e6402af91b23288183a0640d0c9e01a92a4e9a3864f7ad142f8d9c102c6800acb77b0fcbdec895e166d0e0f3b598b87da55ea01b7c805c88960096ae67a69360f613ca93cedeb3293f584e6a36d0bf317326d9395a755fbdf5e8df8d4625fc28cdf0e2e92e6965a4a9f1c52855158bcaa297ffc79329865a6b3b7f614a083f4f655520af5303c8fcd8ec412b369f95b9f69a8b047ae4d23c8607a3673e41bd99543489dfd038263f8771221d72dac5c86a71607aabb11837bf7a77aa24a9a385604cb312c76d125dde6c74e00b4bdb9b9885fef51a7626c', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-03-02 09:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cade2-11c0-7f7c-b131-9405245e8e79', '019cade2-11c0-7f7c-b131-940525547f03', '019cade2-11c0-79af-a5f6-db1d7860961c', 'at Allegro', 'Charlois', 'missed', 'missed', false, false, false, '2026-03-02 09:30:00+00', 35, '[]', '[]', NULL, '\xee7effa019f6323cb4fe606ca52dec749ce4f7c338686026fa46e037ba9cdc7b18ef188b411ad1ffba1ed37c32f9a1a9613ad0471e407e5af910ac561658d1f23ce904511cd3b8e7879ca36b85190ba0ee3aa6f9302fa8ced234a0de7302b8a4791ec40ce55d857d97a8cf7a866a5ebf06637425815a4886c89ae146943af0f7f37af6fc4b225aa870fac2edf27f80f01250c56a558187a94b85980096fd5ed5d45ad129bcbe5495d68ca9400e87884435ff4a4972a645aed1803ba5692a8ee95d9b094afd68187930d8676815ccc7f8b77ead769d172f927d221622e1b08f748d9a1f9309807a66edeaec9da200ae576d6cc9c67552b9adf2bc6ec36b10174c5e4cabf2e0ce225ef0973522ae920e026d3c9f6cf51d4030ee5f82023060660e1a589d93bfb5e0abf0572d1546d5a6ed3aaa2555672ec192a61f01c76df1d5abf7699be2aa12aae9a9d55b77bef9f87a4ae34be7781612b048f1de9ce7a9d186ecc137ba2c9cb2f79a7f0a6c35a8d4800c0961b859db08fe12749b67ce3ab74c389186972efbe8b0efaef38f8b2534b901e24f3c1d29b30f2a9988b474970bd3f75b619730d87865e165a6b6431c1ef5d5abd90930b0515564097501cf3369cce1b9b3542bdd', 'T. Begeleider', '010-5550100', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-03-02 10:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cae19-0040-7f02-a73c-70cbe640e4e7', '019cae19-0040-7f02-a73c-70cbe6603af7', '019cade2-11c0-79af-a5f6-db1d7860961c', 'owed', 'Charlois', 'confirmed', 'confirmed', false, false, false, '2026-03-02 10:30:00+00', 35, '[]', '[]', NULL, '\x11b75d873bef9b8d91182832429f3fb6c9f9c4251ce5dabc46d1c374a8752cf85fb6af0b6d472a940292ba99e64487bb5141e055499a6c2b888b2b12b9baf93a73ab4cbf4d8ff95e34b0307178c42acba20c2ea083e863ad6c2376e83f89189c0dfe6f6279b9baea5ad1963557b860dab6dc21fe801923ce3433a110190343ad5f5b066230540d273d7181f77fc3a9dcd063ee15252e7ed1f43ef07bd11d0338716bd97764545da93adf2f31db3e714f7483a4c676ca4c8dff828b35e4886ee31f6d4aa3fb16e494dfba1bc8cf5b87036dadaaa930b452d00d41c78490a081013dd3dabef36c2fd7b9f6b48dbede20683b732ca18e3ef61ca0f168341fdcd31c2adb3fe59b39a7e3531c99ca7115c13e35bd3f3b6da10f323a4ccd5838799e46eb05e2effbc6b846847e8cc8afafdfaeb642b71d70b34cff7488e76ae3b635251ad0aeee5452fe51ec8856fd930574c3dbbaf2486dfd11599de2beb2ec474be22220799746ee31886920a14822261acd0e15b23aa93e71225e9dfae4f2a8a73c088b4fdbe5dfbcb70366e8b4e7a9bc0f1d1ca6525e20c0e42033578c1c072f7063b99ec00847bfc30ae945396687fc8ec97bdd385a77566fe0eba94414b2a0256fe3352a4af8', 'T. Begeleider', '010-5550100', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-03-02 10:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cae19-0040-7f02-a73c-70cbedd07f6d', '019cae19-0040-7f02-a73c-70cbee4b8e6f', '019cade2-11c0-79af-a5f6-db1d7860961c', 'unrelayed confirmed', 'Charlois', 'confirmed', 'confirmed', false, false, false, '2026-03-02 10:30:00+00', 35, '[]', '[]', NULL, '\xf35276d3d7424afa8dd8f9c6bedb2c50fe05d1d3d1b076a9ed932fb6510d98403402ea35e260a722c5390bfdd56e286500baafe497af439a1671c9f83100a1966793e9b2289764aaf80b4ed97db9c06d81090920db0e32810958b3cd53bcb38a1df150e232a4d847de998af5eeb12e09ab6a0045c33bf03b4344a008a0a48e02d5942682310e85ef0594747f877d102ae56b6630844d279393b00b1987ccf969b893555b4c8d03ea285802b29a6ee208d59a8a5b5d44283a44949aea5b3515f811c4e9a0b5179d3f72ec87b056055ace5c1c681136faf3f847c416352d3369a821de31f3658e3cd8553a93d353d03a9857a0af68c94d624c6ede41f4e8a2f353cf9297596dabb151f863c7c55c5a09afb39feb531080d6c85db1cddc21a686c35ee05bdd3a4833a447a7fc2243d379c7b066ca2161a9973a87c3ceec7f98c9d8ed8f59f6166556ee5bdc1a23a84167d8f84b709e4fc1559c247dffff109a3b3119e0ba41eb2aff7aaf791e3c815309993fb32e969c8b9d234b6be0e9ea9800f3bbe5e1eba78c80184a895d87b2653b7c54b7c12137b1b91c7443f3fcdfefa8e6f8bdfa31cf39f9c4b6462af049988c2d1c7760955dc636da994e84f098bb45f306ce9ed0b866', 'T. Begeleider', '010-5550100', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-03-02 10:30:00+00', NULL);
INSERT INTO public.referral VALUES ('019cae19-0040-7f02-a73c-70cbf2110f64', '019cae19-0040-7f02-a73c-70cbf2f71795', '019cade2-11c0-79af-a5f6-db1d7860961c', 'unrelayed scheduled', 'Charlois', 'scheduled', 'scheduled', false, false, false, '2026-03-02 10:30:00+00', 35, '[]', '[]', NULL, '\xb5db8688c4b8e744eff9df28fd16902543954777aaf13b7d4e72d9f755b2cee68f5f82d66011f4dd149ca2abf660bcfcaa67c705939e9bb0991423df3b2d3f57620d68d2a42f5e8ffeb67aa03730dc0a28b3799553824f5b582d591ff4639485753720417bfe7f27410ec18effd5cd24204bd004acaf3efe489cfec44f1347ac95ee86a0e54256580f94ca56e8de9e0a55188d314d1975162aa8117b8613cea06be1d523675977b7c88bf73ca97847e220aecbe9bb8be2b303af84cab71d0d8546b57bfc96a20012c08bdfd70a1a95c7f6fbdf8c60bad96dc48b95392df6cf5eb6a0cc0fcafbf9db30cc9dec85de14cdd51371ea5ae88039797ecde3cc1479ef97b3abcda77c5d29a2a69729bdb783ec5037307edda1acf02d222888a59cdd643a91b4667323dc7e9e0d1ef14422885ed2f578c4dd60eed87a8e825e3f9b8f805a8c2c1d42aee94582c5b0dacc2d40d837392f61af33f99038dc19a63e7e6005ddc96faa446fbe82edd2f44e47785c22a8cbc90128297259b4c56bea83bf2059ffe2c28b30f127c8a5580fc39d1ccb5dd5154235e03fcecc1a9ee37731b3d952ab5bf58b2a259068dede29b01a53f064bbbfdf7a5e9379beff861cbecfbb7ebca0d98a7d0aed', 'T. Begeleider', '010-5550100', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2026-03-02 10:30:00+00', NULL);
INSERT INTO public.signing_key VALUES ('sDQUf050N5zGNT7L4phnvV39sHblRP4NolMcXDNY7vo', '\xe2d40712d8b0c46e85a073213cf942efd5aeec9ceb26c2be5ab209874d3b876f660c4e5a38df58ae42be45d2d83ee2a05397099c1fbd3270f881503d6bc21bd21ce8989895d2aa3e9087284ae04b7c6477b28bde5579bd8f75bb71a1f625c0af44c29d1649f98bf76c40ab894b194c823ef2fc79acbe08ab4fe832047710072b469c64e31a83db2c9ae5fa8aa868ec84203c5216888c2a704d5d62275c80ab60a0ef2818fe52b735062952ed4e5222e4fbb66d51d823a8e414c74fa360f530bc033a44a84c0c9c1cb8dcabb82ccbe09eae33fd680ecf721a1f28737f1b08355c0ac68193a38f1d3c073f078524973a1cff58b8c908c61316eb96dd76a2a755ef7a497d6d55e58685cc758d98a220ac0c7ffcbebddfe5ab336e1a6382bb32f2e2c41a13849e94235a7465faeb025fe9e2e9c39b780a4b46e84f1a1452eba1d5a806aa453c175fa06e87b312d8977b12ddff2570118c53646f2c7987bcec50d8de7a53310b62a9942c142997dc8bb89d9bb822fb569c9620fa609258fb28cb86be2a0ac93fa3263e321bd3e580c009968123701c992c93611ea3068dbc53622db0c67ff09d100f2d2b5df92fe6ff3a274600f7f26eb41f9ca17f467756a6205720c242a8753cbdaaafa761040139422468e35c58779d87c182d798bed6cb54954e40b181820a3aa41cadcf8bd64c7e173a3923d5d5b9c61b51520bb36d55c17064a8c83c3e691a1cceb062abfad58d9553b82d21d5a55cb3265d1006989660fe3976a79c7c4f09055ad24c570419d266870dc33d5257b525808064d69724dfcec0f47850feeb7c837944ca809e54c0a57c5961a0e30bdbc61abff91256687398ecc820f3dfa9cc7e100da411768e9b9a206f7dccc18a755b77d180cb109c40a495b41c03b7a970e8a79353ccdedf620d0e9a46661b3ef120adfe78ecc2c4f50aeb0006ba387b0aafe6303132c3f8eca2222cfd5e3ba8bdcde2c8ef0f7bb4ca3017b2af7119775f8a28e41ea67af10e556feb22a6e1fe0e5dcbfccbd968669341d25ab41361d91d216f1615cf147ef48c01a261822d86d59fa00796a14c0e205addc80f2892c0803596f534c71b6eb0a799fdc275a7f0d0ce1176eed708cfe39e51f193e0f8939a79b3e82d3a61a55f1b069b60b1109d2dad57d254b8ef01c91662c6da7a3620c1735eb2910668f7036f43cec4b7a35abec7ab74fa39b53be532050cf71cfbc87dc694863fafabf2364bd7f9ec516837850ce54b3bebf781bebc368a819d8a3a5c243ec9194c1e8eafd46ca523eecf62e0e6e72bb6c7da01e6db2808ff4d26feb7dedb1f2f0dc82323868cfbccf825b240ea1094fb070e8e2ddaf61a928b941d786c93ba44a337d0094f35c14b3b962dc6666275be880e8cbc0cfd9b8c3bde5fdc886da24920c2365f43e2881c2a056aff9a6945ab079b999aa32d5677ebe2ff982cf435b0d031726ec2928a4a2bd763d58ae6828778e1aa692b26b5d855b255915df94463eac0a3198ca366c8d876c5f435fd25d90edd4ae0baff0bf7c2a533d246ad010e26e2c60c8a6522dd885f73dc476e9be21fd8f4b496b7ea90fcc9da38205e6246c86e7365ec8bd743784f51a872c5facb40244ba4a7a88097e5f797ac9197ff958fd30925dea1a3ced63028fc4bccb511f616d9febc70031bb5ca3e0a0a7485d2ef574e4cb369cb9fa9773757968152bbdeda6d467b8769672c582eaab65030df1314a35045bc2b75c34fe74471d275a1eae2658e9098ce9e29545e5f7e6871a1e828434d55f79c2a2ff7843a366ea9fc1925d0071627665ef43c259fd071690bb184ab7169bbd276a3d0e65addfcfc7f630440d4fb0a7e9a9ea555dccc0f6c72f7ef25886542de98dde86fc2142f6f1bf43a43f6e1a0a9b118f07f609159b4825e47b1721333b6576c8b3678f158a24a5f9940c6b7cc72f92a5c859431ef657b6f688f6f707adc22f30ea640c9a19bc05f3880b57e9ebd606a31fc6a9890107d429da6a839a898fc679453c6c0e83c9499e93653cd4c6f548d18ba2dbd48fc2890f5d7f37542790d926d8a3a5d513249eea9103364cc4fbb7bde15a379bcdc1ed5d4eacff8ec890448590c2fbfb2218203c33d7d428ad2cfa02d1f88a571e6677186e911122eab37b4e026dbb104ffa8b3a744c7486faae8595dc2b6f8bf13db2a17a7d248139acf28e16916548b585bcb7047d48bcdcc2eb1434ea4a56360db11f26fccde33d44c8824c988cb3ad98dee25a307332f771e93553849e021cf127d5516610e8c5dacaf2559bacff567a3ebc4179a75d34083def11d65b252b2634a8787e6516e146536104e81ff79f5acd56f18de7dbc68eac0e1d18d5266dff2ab593267077fc2116c8d8141fea1d047e29b8a986673781bf5a2cd8e815c59aec1d151684eef18e0996f6e825390166800320de1f578ec3619e08d6e1c84', '{"e": "AQAB", "n": "33MAVf-hnNvLtEAVCG16F8jvAuIEZmOiPDjqKHixKQEumJtsDFZ3IfZHt8UyfEUErET45yDywfzHqbkW6EGXdzO-IqgXAm6ba8PSEUr0gRC41IHmhYX2UueE-9vgEZDMSKtdyxK36hJuyRppbHsyyPzGTsVm_t4HUOac9ksLk2-W94wD4NvMp0WgBAc0xRTAfglcpOH2DL9eGiSIMqSroQAqgN7pxZw5S6YUWRKpcDl6JK2qYFwSaRdIanTXJ-4fJzEjs3z-wqxtLt8udpTeq5aKaswPdnVcdc-XDYjz3z8gu8dGFBOujnYXePRPTqsaqDneLtwU_6TAIBYuuf_50w", "alg": "RS256", "kid": "sDQUf050N5zGNT7L4phnvV39sHblRP4NolMcXDNY7vo", "kty": "RSA", "use": "sig"}', '2026-03-02 09:30:00+00');
INSERT INTO public.subscription VALUES ('019cade2-11c0-7f39-b3b7-a490f54dbc45', '019cade2-11c0-79af-a5f6-db1d7860961c', 'https://receiver.example/hooks', '[]', 'paused', 'filtered', '\x7679174a3f5fe931c200ea0ef901c79b2dd6df024b66df78d1b87f91d468f97dcdafb5afa77425b99cd651f820561aad659473b2078d0a792ff5c899aac79026902328ac743095dfd7a1871e067b', NULL, NULL, NULL, 'asked', '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', '[]', NULL, 'v1', NULL, NULL, NULL);
INSERT INTO public.subscription VALUES ('019cade2-11c0-7f39-b3b7-a490f618be09', '019cade2-11c0-79af-a5f6-db1d77a62b4d', 'https://receiver.example/hooks', '["nl.trajecthub.partners.failing.v1", "nl.trajecthub.partners.recovered.v1"]', 'active', 'filtered', '\xd3871ab2cbd96377b13e87e0af1c13a537562ea2eb3d0e451e0c29d347b33635a2101df7c763efa097be60f3ac52a0a4f83ca0a448b7da4e357594db1b593fd008532ef6346833a0a6da70ef3982', NULL, NULL, NULL, NULL, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', '[]', NULL, 'v1', NULL, NULL, NULL);
INSERT INTO public.subscription VALUES ('019cade2-11c0-7f39-b3b7-a490f5194400', '019cade2-11c0-79af-a5f6-db1d7860961c', 'https://receiver.example/hooks', '[]', 'active', 'filtered', '\x0d4744f351ba0eb0da46747827c021628d6a02afe7d03eedb66fc5d4171a9992e73849e710837845c93f45cf3e1f290b973dad3e6f3991c6d7bcd043a047ae6c521ec6355d0589c40e960948500e', NULL, NULL, '2026-03-02 10:30:00+00', NULL, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00', '[]', NULL, 'v1', NULL, NULL, NULL);
INSERT INTO public.trajectory VALUES ('019cade2-11c0-7f56-b83a-0420a8bae227', '019cade2-11c0-7f56-b83a-0420a329b485', '019cade2-11c0-7f56-b83a-0420a37cd4b0', 'planning', '2026-02-23', '2026-05-25', 'T. Begeleider', '010-5550100', NULL, NULL, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.trajectory VALUES ('019cade2-11c0-7f56-b83a-0420b2bcf43e', '019cade2-11c0-7f56-b83a-0420aeeb79f8', '019cade2-11c0-7f56-b83a-0420af16c2ca', 'decided', '2026-02-23', '2026-05-25', 'T. Begeleider', '010-5550100', NULL, NULL, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.trajectory VALUES ('019cade2-11c0-7f56-b83a-0420c1d9265e', '019cade2-11c0-7f56-b83a-0420bb3ef5f7', '019cade2-11c0-7f56-b83a-0420bbdbf57d', 'paused', '2026-02-23', '2026-05-25', 'T. Begeleider', '010-5550100', NULL, NULL, '2026-03-02 09:30:00+00', '2026-03-02 09:30:00+00');
INSERT INTO public.trajectory_result VALUES ('019cade2-11c0-7f56-b83a-0420b8e212d7', '019cade2-11c0-7f56-b83a-0420b2bcf43e', 'kbr_application', '2026-03-02', NULL, '2026-03-02 09:30:00+00');
SELECT pg_catalog.setval('public.event_position_seq', 52, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.api_client
    ADD CONSTRAINT pk_api_client PRIMARY KEY (client_id);
ALTER TABLE ONLY public.appointment
    ADD CONSTRAINT pk_appointment PRIMARY KEY (id);
ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT pk_attempt PRIMARY KEY (delivery_id, number);
ALTER TABLE ONLY public.client
    ADD CONSTRAINT pk_client PRIMARY KEY (id);
ALTER TABLE ONLY public.client_details
    ADD CONSTRAINT pk_client_details PRIMARY KEY (referral_id);
ALTER TABLE ONLY public.conflict
    ADD CONSTRAINT pk_conflict PRIMARY KEY (id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT pk_delivery PRIMARY KEY (id);
ALTER TABLE ONLY public.delivery_sequence
    ADD CONSTRAINT pk_delivery_sequence PRIMARY KEY (receiver, referral_id);
ALTER TABLE ONLY public.disclosure
    ADD CONSTRAINT pk_disclosure PRIMARY KEY (id);
ALTER TABLE ONLY public.endpoint
    ADD CONSTRAINT pk_endpoint PRIMARY KEY (receiver);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT pk_event PRIMARY KEY ("position");
ALTER TABLE ONLY public.event_feed
    ADD CONSTRAINT pk_event_feed PRIMARY KEY (organisation_id);
ALTER TABLE ONLY public.event_feed_entry
    ADD CONSTRAINT pk_event_feed_entry PRIMARY KEY (organisation_id, number);
ALTER TABLE ONLY public.external_id
    ADD CONSTRAINT pk_external_id PRIMARY KEY (system, external_id);
ALTER TABLE ONLY public.history
    ADD CONSTRAINT pk_history PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT pk_idempotency PRIMARY KEY (organisation_id, key);
ALTER TABLE ONLY public.kbr_application
    ADD CONSTRAINT pk_kbr_application PRIMARY KEY (id);
ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT pk_organisation PRIMARY KEY (id);
ALTER TABLE ONLY public.partner
    ADD CONSTRAINT pk_partner PRIMARY KEY (system);
ALTER TABLE ONLY public.partner_field
    ADD CONSTRAINT pk_partner_field PRIMARY KEY (system, referral_id, field);
ALTER TABLE ONLY public.partner_job
    ADD CONSTRAINT pk_partner_job PRIMARY KEY (id);
ALTER TABLE ONLY public.partner_record
    ADD CONSTRAINT pk_partner_record PRIMARY KEY (system, kind, external_id);
ALTER TABLE ONLY public.partner_run
    ADD CONSTRAINT pk_partner_run PRIMARY KEY (id);
ALTER TABLE ONLY public.party
    ADD CONSTRAINT pk_party PRIMARY KEY (id);
ALTER TABLE ONLY public.plan
    ADD CONSTRAINT pk_plan PRIMARY KEY (trajectory_id);
ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT pk_quarantine PRIMARY KEY (id);
ALTER TABLE ONLY public.referral
    ADD CONSTRAINT pk_referral PRIMARY KEY (id);
ALTER TABLE ONLY public.signing_key
    ADD CONSTRAINT pk_signing_key PRIMARY KEY (kid);
ALTER TABLE ONLY public.subscription
    ADD CONSTRAINT pk_subscription PRIMARY KEY (id);
ALTER TABLE ONLY public.trajectory
    ADD CONSTRAINT pk_trajectory PRIMARY KEY (id);
ALTER TABLE ONLY public.trajectory_result
    ADD CONSTRAINT pk_trajectory_result PRIMARY KEY (id);
ALTER TABLE ONLY public.used_assertion
    ADD CONSTRAINT pk_used_assertion PRIMARY KEY (client_id, jti);
ALTER TABLE ONLY public.client
    ADD CONSTRAINT uq_client_bsn_index UNIQUE (bsn_index);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT uq_delivery_event_id_receiver UNIQUE (event_id, receiver);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT uq_event_id UNIQUE (id);
ALTER TABLE ONLY public.external_id
    ADD CONSTRAINT uq_external_id_referral_id_system UNIQUE (referral_id, system);
ALTER TABLE ONLY public.kbr_application
    ADD CONSTRAINT uq_kbr_application_trajectory_id UNIQUE (trajectory_id);
ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT uq_organisation_code UNIQUE (code);
ALTER TABLE ONLY public.referral
    ADD CONSTRAINT uq_referral_organisation_id_reference UNIQUE (organisation_id, reference);
ALTER TABLE ONLY public.trajectory
    ADD CONSTRAINT uq_trajectory_referral_id UNIQUE (referral_id);
CREATE INDEX ix_appointment_referral ON public.appointment USING btree (referral_id, id);
CREATE INDEX ix_client_details_client_id ON public.client_details USING btree (client_id);
CREATE INDEX ix_conflict_referral ON public.conflict USING btree (referral_id, id);
CREATE INDEX ix_conflict_system ON public.conflict USING btree (system, state, id);
CREATE INDEX ix_delivery_chain ON public.delivery USING btree (receiver, referral_id, event_position) WHERE ((state)::text = ANY ((ARRAY['pending'::character varying, 'sending'::character varying])::text[]));
CREATE INDEX ix_delivery_dead ON public.delivery USING btree (finished_at) WHERE ((state)::text = 'dead'::text);
CREATE INDEX ix_delivery_due ON public.delivery USING btree (receiver, attempts, next_attempt_at, event_position) WHERE ((state)::text = 'pending'::text);
CREATE INDEX ix_delivery_leased ON public.delivery USING btree (lease_until) WHERE ((state)::text = 'sending'::text);
CREATE INDEX ix_delivery_parked ON public.delivery USING btree (receiver) WHERE ((state)::text = 'parked'::text);
CREATE INDEX ix_delivery_receiver ON public.delivery USING btree (receiver, event_position);
CREATE INDEX ix_delivery_referral ON public.delivery USING btree (referral_id, event_position);
CREATE INDEX ix_disclosure_referral ON public.disclosure USING btree (referral_id, disclosed_at);
CREATE INDEX ix_event_chain ON public.event USING btree (referral_id, "position");
CREATE INDEX ix_event_unrelayed ON public.event USING btree ("position") WHERE (relayed_at IS NULL);
CREATE INDEX ix_history_chain ON public.history USING btree (referral_id, id);
CREATE INDEX ix_idempotency_created_at ON public.idempotency USING btree (created_at);
CREATE INDEX ix_partner_job_system ON public.partner_job USING btree (system, id);
CREATE INDEX ix_partner_run_system ON public.partner_run USING btree (system, id);
CREATE INDEX ix_party_trajectory_id ON public.party USING btree (trajectory_id);
CREATE INDEX ix_quarantine_case ON public.quarantine USING btree (system, case_id, state);
CREATE INDEX ix_quarantine_state ON public.quarantine USING btree (system, state, id);
CREATE INDEX ix_referral_area ON public.referral USING btree (area, received_at, id);
CREATE INDEX ix_referral_client_id ON public.referral USING btree (client_id);
CREATE INDEX ix_referral_counsellor ON public.referral USING btree (counsellor_name, received_at, id);
CREATE INDEX ix_referral_organisation ON public.referral USING btree (organisation_id, received_at, id);
CREATE INDEX ix_referral_received ON public.referral USING btree (received_at, id);
CREATE INDEX ix_referral_status ON public.referral USING btree (status, received_at, id);
CREATE INDEX ix_subscription_organisation ON public.subscription USING btree (organisation_id, id);
CREATE INDEX ix_trajectory_client_id ON public.trajectory USING btree (client_id);
CREATE INDEX ix_trajectory_created ON public.trajectory USING btree (created_at, id);
CREATE INDEX ix_trajectory_result_trajectory ON public.trajectory_result USING btree (trajectory_id, id);
CREATE INDEX ix_trajectory_status ON public.trajectory USING btree (status, created_at, id);
CREATE INDEX ix_used_assertion_expires_at ON public.used_assertion USING btree (expires_at);
CREATE TRIGGER history_is_append_only BEFORE DELETE OR UPDATE ON public.history FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
ALTER TABLE ONLY public.api_client
    ADD CONSTRAINT fk_api_client_organisation_id_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);
ALTER TABLE ONLY public.appointment
    ADD CONSTRAINT fk_appointment_referral_id_referral FOREIGN KEY (referral_id) REFERENCES public.referral(id);
ALTER TABLE ONLY public.client_details
    ADD CONSTRAINT fk_client_details_client_id_client FOREIGN KEY (client_id) REFERENCES public.client(id);
ALTER TABLE ONLY public.client_details
    ADD CONSTRAINT fk_client_details_referral_id_referral FOREIGN KEY (referral_id) REFERENCES public.referral(id);
ALTER TABLE ONLY public.conflict
    ADD CONSTRAINT fk_conflict_referral_id_referral FOREIGN KEY (referral_id) REFERENCES public.referral(id);
ALTER TABLE ONLY public.external_id
    ADD CONSTRAINT fk_external_id_referral_id_referral FOREIGN KEY (referral_id) REFERENCES public.referral(id);
ALTER TABLE ONLY public.history
    ADD CONSTRAINT fk_history_referral_id_referral FOREIGN KEY (referral_id) REFERENCES public.referral(id);
ALTER TABLE ONLY public.kbr_application
    ADD CONSTRAINT fk_kbr_application_trajectory_id_trajectory FOREIGN KEY (trajectory_id) REFERENCES public.trajectory(id);
ALTER TABLE ONLY public.partner_field
    ADD CONSTRAINT fk_partner_field_referral_id_referral FOREIGN KEY (referral_id) REFERENCES public.referral(id);
ALTER TABLE ONLY public.party
    ADD CONSTRAINT fk_party_trajectory_id_trajectory FOREIGN KEY (trajectory_id) REFERENCES public.trajectory(id);
ALTER TABLE ONLY public.plan
    ADD CONSTRAINT fk_plan_trajectory_id_trajectory FOREIGN KEY (trajectory_id) REFERENCES public.trajectory(id);
ALTER TABLE ONLY public.referral
    ADD CONSTRAINT fk_referral_client_id_client FOREIGN KEY (client_id) REFERENCES public.client(id);
ALTER TABLE ONLY public.referral
    ADD CONSTRAINT fk_referral_organisation_id_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);
ALTER TABLE ONLY public.referral
    ADD CONSTRAINT fk_referral_previous_id_referral FOREIGN KEY (previous_id) REFERENCES public.referral(id);
ALTER TABLE ONLY public.trajectory
    ADD CONSTRAINT fk_trajectory_client_id_client FOREIGN KEY (client_id) REFERENCES public.client(id);
ALTER TABLE ONLY public.trajectory
    ADD CONSTRAINT fk_trajectory_referral_id_referral FOREIGN KEY (referral_id) REFERENCES public.referral(id);
ALTER TABLE ONLY public.trajectory_result
    ADD CONSTRAINT fk_trajectory_result_trajectory_id_trajectory FOREIGN KEY (trajectory_id) REFERENCES public.trajectory(id);
