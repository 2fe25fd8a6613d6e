"""A copy of a PostgreSQL schema: tables with every name kept, rows, sequences, views, functions, triggers, privileges.

`CREATE TABLE … (LIKE … INCLUDING ALL)` alone would rename indexes, which later migrations look up by name, and
would leave defaults pointing at the source's sequences. So columns come from LIKE and the rest from PostgreSQL's own
definitions: read with the source as search path, which leaves names unqualified, and run with the target as such.
"""

from typing import Any

from VaultPlatform.tenancy.exceptions import CannotClone

#: Each yields one column: statements in the order in which they can run.
_DEFINITIONS = (
    # sequences that no identity column brings along
    """SELECT format('CREATE SEQUENCE %%I AS %%s INCREMENT %%s MINVALUE %%s MAXVALUE %%s START %%s CACHE %%s %%s',
            c.relname, format_type(s.seqtypid, NULL), s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
            CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END)
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
        WHERE c.oid = ANY(%(oids)s) AND NOT EXISTS (
            SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
        ORDER BY c.relname""",
    """SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = %(source)s AND p.prokind IN ('f', 'p') ORDER BY p.oid""",
    """SELECT format('CREATE TABLE %%I (LIKE %%I.%%I INCLUDING ALL EXCLUDING INDEXES EXCLUDING CONSTRAINTS'
            || ' EXCLUDING DEFAULTS)', c.relname, %(source)s, c.relname)
        FROM pg_class c
        WHERE c.oid = ANY(%(oids)s) AND c.relkind = 'r' ORDER BY c.relname""",
    """SELECT format('ALTER TABLE %%I ALTER COLUMN %%I SET DEFAULT %%s', c.relname, a.attname,
            pg_get_expr(d.adbin, d.adrelid))
        FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.adnum
        WHERE c.oid = ANY(%(oids)s) AND c.relkind = 'r' AND a.attgenerated = '' ORDER BY c.relname, d.adnum""",
    """SELECT format('ALTER SEQUENCE %%I OWNED BY %%I.%%I', c.relname, t.relname, a.attname)
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
        JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'a'
        JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
        WHERE c.oid = ANY(%(oids)s) AND d.refclassid = 'pg_class'::regclass ORDER BY c.relname""",
    """SELECT format('INSERT INTO %%I (%%s) OVERRIDING SYSTEM VALUE SELECT %%s FROM %%I.%%I', c.relname,
            string_agg(quote_ident(a.attname), ','), string_agg(quote_ident(a.attname), ','), %(source)s, c.relname)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.oid = ANY(%(oids)s) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
            AND a.attgenerated = ''
        GROUP BY c.relname ORDER BY c.relname""",
    """SELECT format('COMMENT ON TABLE %%I IS %%L', c.relname, obj_description(c.oid, 'pg_class'))
        FROM pg_class c
        WHERE c.oid = ANY(%(oids)s) AND c.relkind = 'r' AND obj_description(c.oid, 'pg_class') IS NOT NULL""",
    # primary keys, unique and exclusion constraints, checks; foreign keys when all they refer to is there
    """SELECT format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', c.relname, k.conname, pg_get_constraintdef(k.oid))
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE c.oid = ANY(%(oids)s) AND c.relkind = 'r' AND k.contype IN ('p', 'u', 'x', 'c', 'f')
        ORDER BY k.contype = 'f', c.relname, k.conname""",
    """SELECT pg_get_indexdef(i.indexrelid, 0, true)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.oid = ANY(%(oids)s) AND c.relkind = 'r'
            AND NOT EXISTS (
                SELECT FROM pg_constraint k
                WHERE k.conrelid = i.indrelid AND k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
        ORDER BY i.indexrelid""",
    """SELECT format('CREATE %%s %%I AS %%s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
            c.relname, rtrim(pg_get_viewdef(c.oid, true), ';'))
        FROM pg_class c
        WHERE c.oid = ANY(%(oids)s) AND c.relkind IN ('v', 'm') ORDER BY c.oid""",
    """SELECT pg_get_triggerdef(t.oid, true) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.oid = ANY(%(oids)s) AND NOT t.tgisinternal ORDER BY t.tgname""",
    """SELECT format('ALTER TABLE %%I %%s TRIGGER %%I', c.relname, CASE t.tgenabled WHEN 'A' THEN 'ENABLE ALWAYS'
            WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'DISABLE' END, t.tgname)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.oid = ANY(%(oids)s) AND NOT t.tgisinternal AND t.tgenabled <> 'O' ORDER BY t.tgname""",
    """SELECT rtrim(pg_get_ruledef(r.oid, true), ';') FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        WHERE c.oid = ANY(%(oids)s) AND c.relkind = 'r' ORDER BY r.rulename""",
    # sequences go on where the template's stand
    """SELECT format('SELECT setval(pg_get_serial_sequence(%%L, %%L), %%s)', quote_ident(t.relname), a.attname,
            pg_sequence_last_value(s.seqrelid))
        FROM pg_sequence s
        JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.deptype = 'i'
        JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
        WHERE s.seqrelid = ANY(%(oids)s)
            AND CASE WHEN s.seqrelid = ANY(%(oids)s) THEN pg_sequence_last_value(s.seqrelid) END IS NOT NULL
        ORDER BY t.relname""",
    """SELECT format('SELECT setval(%%L, %%s)', quote_ident(c.relname), pg_sequence_last_value(s.seqrelid))
        FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
        WHERE s.seqrelid = ANY(%(oids)s)
            AND CASE WHEN s.seqrelid = ANY(%(oids)s) THEN pg_sequence_last_value(s.seqrelid) END IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')
        ORDER BY c.relname""",
    # who owns what, and who may do what, the owner included: a table that nobody is to change stays such a one
    """SELECT format('ALTER TABLE %%I OWNER TO %%I', c.relname, pg_get_userbyid(c.relowner))
        FROM pg_class c
        WHERE c.oid = ANY(%(oids)s) AND c.relkind IN ('r', 'v', 'm')
            AND pg_get_userbyid(c.relowner) <> current_user
        ORDER BY c.relname""",
    """SELECT format('REVOKE ALL ON %%s %%I FROM PUBLIC, %%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
            c.relname, pg_get_userbyid(c.relowner))
        FROM pg_class c
        WHERE c.oid = ANY(%(oids)s) AND c.relacl IS NOT NULL AND c.relkind IN ('r', 'v', 'm', 'S')
        ORDER BY c.relname""",
    """SELECT format('GRANT %%s ON %%s %%I TO %%s%%s', a.privilege_type,
            CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname,
            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
            CASE WHEN a.is_grantable AND a.grantee <> c.relowner THEN ' WITH GRANT OPTION' ELSE '' END)
        FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
        WHERE c.oid = ANY(%(oids)s) AND c.relkind IN ('r', 'v', 'm', 'S') ORDER BY c.relname""",
    """SELECT format('GRANT %%s (%%I) ON %%I TO %%s', x.privilege_type, a.attname, c.relname,
            CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        CROSS JOIN aclexplode(a.attacl) x WHERE c.oid = ANY(%(oids)s) AND a.attnum > 0
        ORDER BY c.relname, a.attnum""",
    """SELECT format('REVOKE ALL ON ROUTINE %%s FROM PUBLIC, %%I', p.oid::regprocedure, pg_get_userbyid(p.proowner))
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = %(source)s AND p.proacl IS NOT NULL ORDER BY p.oid""",
    """SELECT format('GRANT EXECUTE ON ROUTINE %%s TO %%s', p.oid::regprocedure,
            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace CROSS JOIN aclexplode(p.proacl) a
        WHERE n.nspname = %(source)s ORDER BY p.oid""",
    """SELECT format('GRANT %%s ON SCHEMA %%I TO %%s', a.privilege_type, %(target)s,
            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
        FROM pg_namespace n CROSS JOIN aclexplode(n.nspacl) a WHERE n.nspname = %(source)s""",
)

#: What has no definition above: the kind, and a name.
_UNKNOWN = """
    SELECT CASE c.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' ELSE 'composite type' END,
        c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %(source)s AND c.relkind IN ('p', 'f', 'c')
    UNION ALL SELECT 'type', t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE n.nspname = %(source)s AND t.typtype IN ('e', 'd', 'r')
    UNION ALL SELECT 'aggregate', p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname = %(source)s AND p.prokind IN ('a', 'w')
    UNION ALL SELECT 'row security policy', o.polname FROM pg_policy o JOIN pg_class c ON c.oid = o.polrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %(source)s
    UNION ALL SELECT 'function that names its schema', p.proname
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace CROSS JOIN unnest(p.proconfig) s
        WHERE n.nspname = %(source)s AND starts_with(s, 'search_path=') AND position(%(source)s IN s) > 0
    UNION ALL SELECT 'extension', e.extname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE n.nspname = %(source)s"""

#: Objects of the target that still depend on a table, sequence or function of the source.
_LEAKS = """
    WITH mine AS (
        SELECT 'pg_class'::regclass AS classid, c.oid FROM pg_class c WHERE c.oid = ANY(%(copies)s)
        UNION ALL SELECT 'pg_attrdef'::regclass, d.oid FROM pg_attrdef d WHERE d.adrelid = ANY(%(copies)s)
        UNION ALL SELECT 'pg_constraint'::regclass, k.oid FROM pg_constraint k WHERE k.conrelid = ANY(%(copies)s)
        UNION ALL SELECT 'pg_trigger'::regclass, t.oid FROM pg_trigger t WHERE t.tgrelid = ANY(%(copies)s)
        UNION ALL SELECT 'pg_rewrite'::regclass, r.oid FROM pg_rewrite r WHERE r.ev_class = ANY(%(copies)s)
    ), theirs AS (
        SELECT 'pg_class'::regclass AS classid, c.oid FROM pg_class c WHERE c.oid = ANY(%(oids)s)
        UNION ALL SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p
            WHERE p.pronamespace = to_regnamespace(quote_ident(%(source)s))
    )
    SELECT pg_describe_object(d.classid, d.objid, d.objsubid),
        pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)
    FROM mine JOIN pg_depend d ON mine.classid = d.classid AND mine.oid = d.objid
    JOIN theirs ON theirs.classid = d.refclassid AND theirs.oid = d.refobjid
    LIMIT 1"""
#: Looked up once: the catalogues hold the tables of every organisation, and are searched by these from then on.
_RELATIONS = "SELECT oid FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(%(schema)s))"

_ROUTINES = ("CREATE OR REPLACE FUNCTION ", "CREATE OR REPLACE PROCEDURE ")


def clone_schema(cursor: Any, *, source: str, target: str) -> None:
    """Make schema `target` a copy of `source`, in the transaction that `cursor` is in.

    It leaves the search path changed. Raises CannotClone, naming it, for an object that is not understood, and for
    a copy that still refers to its source.
    """
    names = {"source": source, "target": target, "oids": _relations(cursor, source)}
    cursor.execute(_UNKNOWN, names)
    if unknown := cursor.fetchone():
        raise CannotClone(
            what=f"{unknown[0]} '{unknown[1]}' is not something that can be copied",
            advice="Change the migration that makes it (an extension belongs into a schema of its own).",
        )
    cursor.execute(f"SET LOCAL search_path TO {_quoted(source)}")
    statements = [
        _unqualified(statement, source)
        for query in _DEFINITIONS
        for statement in _column(cursor, query, names)
    ]
    opening = [f"CREATE SCHEMA {_quoted(target)}", f"SET LOCAL search_path TO {_quoted(target)}"]
    cursor.execute(";".join([*opening, *statements]))
    cursor.execute(_LEAKS, {**names, "copies": _relations(cursor, target)})
    if leak := cursor.fetchone():
        raise CannotClone(
            what=f"the copy's {leak[0]} refers to the template's {leak[1]}",
            advice="Change the migration that makes it.",
        )


def _relations(cursor: Any, schema: str) -> str:
    """The schema's tables, indexes, sequences and views, as PostgreSQL writes an array."""
    cursor.execute(_RELATIONS, {"schema": schema})
    return "{" + ",".join(str(row[0]) for row in cursor.fetchall()) + "}"


def _column(cursor: Any, query: str, names: dict[str, str]) -> list[str]:
    cursor.execute(query, names)
    return [row[0] for row in cursor.fetchall()]


def _unqualified(statement: str, schema: str) -> str:
    """A routine's definition with its name bare; PostgreSQL writes it qualified, whatever the search path."""
    for opening in _ROUTINES:
        for qualifier in (f"{schema}.", f"{_quoted(schema)}."):
            if statement.startswith(opening + qualifier):
                return opening + statement.removeprefix(opening + qualifier)
    return statement


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
