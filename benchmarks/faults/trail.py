"""Who holds what: a trigger writes down which process put a message into its state."""

import psycopg

TRAIL = """
CREATE TABLE faults_trail (
    id bigserial PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    message bigint NOT NULL,
    state text NOT NULL,
    pid integer
);
CREATE INDEX ON faults_trail (message, id DESC);
CREATE FUNCTION faults_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO faults_trail (message, state, pid) VALUES (
        NEW.id, NEW.state, substring(current_setting('application_name') FROM '^pid ([0-9]+)$')::int
    );
    RETURN NULL;
END $$;
CREATE TRIGGER faults_trail AFTER UPDATE OF state ON recovery_message
    FOR EACH ROW EXECUTE FUNCTION faults_write();
"""
# A hand-over is its process's own until the process says itself what became of it: also when its
# lease has lapsed, and when another has listed the mail as unknown meanwhile.
HOLDERS = """
SELECT DISTINCT began.pid
FROM recovery_message
CROSS JOIN LATERAL (
    SELECT pid FROM faults_trail WHERE message = recovery_message.id ORDER BY id DESC LIMIT 1
) AS last
CROSS JOIN LATERAL (
    SELECT pid FROM faults_trail
    WHERE message = recovery_message.id AND state = CASE
        WHEN recovery_message.state = 'claimed' THEN 'claimed' ELSE 'handing'
    END
    ORDER BY id DESC LIMIT 1
) AS began
WHERE began.pid IS NOT NULL AND (
    (recovery_message.state = 'claimed' AND lease_until > now())
    OR recovery_message.state = 'handing'
    OR (recovery_message.state = 'unknown' AND last.pid IS DISTINCT FROM began.pid)
)
"""


def name_of(pid: int) -> str:
    """The application name by which a process is known to the database."""
    return f"pid {pid}"


def lay(database: psycopg.Connection) -> None:
    database.execute(TRAIL)


def holders(database: psycopg.Connection) -> set[int]:
    """Processes that hold a claim or a hand-over at this moment, dead ones too."""
    return {pid for (pid,) in database.execute(HOLDERS)}
