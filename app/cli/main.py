"""``trajecthub``: the commands, each imported when it runs."""

import typer

from app.cli.lazy import LazyCommand, lazy_group

COMMANDS = (
    LazyCommand(
        "serve",
        "app.cli.serve",
        "Serve the API; on SQLite with --with-worker, because it allows one process.",
        is_service=True,
    ),
    LazyCommand(
        "worker", "app.cli.worker", "Pull, relay and deliver next to API processes (PostgreSQL).", is_service=True
    ),
    LazyCommand("workers", "app.cli.workers", "List the workers; one that is silent ended without a stop, or hangs."),
    LazyCommand("migrate", "app.cli.migrate", "Update the database schema and add the city's institutions."),
    LazyCommand("doctor", "app.cli.doctor", "Examine settings, database, master key, policy and partners."),
    LazyCommand("shell", "app.cli.shell", "Open a Python prompt with the settings, services and database."),
    LazyCommand("organisation", "app.cli.organisations", "The organisations that refer clients."),
    LazyCommand("client", "app.cli.clients", "The clients that may call the API."),
    LazyCommand("signing-key", "app.cli.signing_keys", "The keys with which the hub signs access tokens."),
    LazyCommand("token", "app.cli.token", "Get an access token of a client from the hub that runs, and print it."),
    LazyCommand("partner", "app.cli.partners", "The connections with the partner systems."),
    LazyCommand("subscription", "app.cli.subscriptions", "The webhook subscriptions of all organisations."),
    LazyCommand(
        "lookup",
        "app.cli.lookup",
        "Find the hub's id of what an organisation means by its own id or reference; nothing else is shown.",
    ),
    LazyCommand("verify", "app.cli.verify", "Check another system against the hub's contracts: a receiver, a partner."),
    LazyCommand(
        "listen",
        "app.cli.listen",
        "Post the events of a hub to a receiver on this machine, signed; they are read by polling.",
        is_service=True,
    ),
    LazyCommand("demo", "app.cli.sandbox", "Show the hub's main job in three simulated partner systems."),
    LazyCommand("trigger", "app.cli.trigger", "Rehearse a scenario with a demo that runs, and show what happened."),
    LazyCommand("sandbox", "app.cli.trigger", "The clock of a demo that runs, and its return to how it started."),
    LazyCommand("simulate", "app.cli.simulate", "Run a simulator of a partner system, or all three."),
    LazyCommand("openapi", "app.cli.contracts", "Print the OpenAPI document of the API."),
    LazyCommand("asyncapi", "app.cli.contracts", "Print the AsyncAPI document of the events."),
    LazyCommand("guide", "app.cli.guide", "The documentation as a site; a hub serves it at /docs/guide."),
    LazyCommand("contracts", "app.cli.contracts", "Write the generated files of openapi/ and docs/reference/."),
)

main = typer.Typer(name="trajecthub", cls=lazy_group(COMMANDS), no_args_is_help=True, add_completion=False)


@main.callback()
def _trajecthub() -> None:
    """Run the hub, try it, and maintain it."""


if __name__ == "__main__":
    main()
