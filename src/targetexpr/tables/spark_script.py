"""A rule as a script for `spark-submit`: the query, its proof, and nothing that a cluster would have to install."""

from __future__ import annotations

from targetexpr.tables.query import Query

VIEW = "bills"
"""What the queries of a script read: a view of whatever it is given."""

_SCRIPT = '''\
"""A rule over a table in Spark: how many rows it is true, false and null for, and if asked each row with its verdict.

    spark-submit {name} TABLE [OUTPUT]

TABLE is the name of a table or view, or a path: of Parquet, ORC, JSON Lines or CSV with a heading, by its ending.
OUTPUT is a folder that must not be there yet: it gets every row, as Parquet, with a column `verdict`: true, false, or
null where the rule is null because a value is missing.

First a query proves that the columns are what the rule's query assumes (doubles of few decimals, no huge numbers, no
NaN). Where they are not, verdicts might be wrong: nothing is counted or written then, and the exit status is 1.

Made by `targetexpr sql --dialect spark --script`. The rule is a condition of this text:
"""

import sys

from pyspark.sql import SparkSession

RULE = {rule}
PROOF = {proof}
QUERY = {query}


def read(spark, source):
    """A table by its name, or files by their path."""
    ending = source.rstrip("/").rpartition("/")[2].rpartition(".")[2]
    if ending == "csv":
        return spark.read.csv(source, header=True, inferSchema=True)
    if ending in ("json", "jsonl", "ndjson"):
        return spark.read.json(source)
    if ending == "orc":
        return spark.read.orc(source)
    return spark.read.parquet(source) if ending == "parquet" or "/" in source else spark.table(source)


def main(source, output=None):
    spark = SparkSession.builder.appName("targetexpr").getOrCreate()
    read(spark, source).createOrReplaceTempView("{view}")
    if not spark.sql(PROOF).first()["holds"]:
        print(
            "The columns are not what the query assumes, and its verdicts may be wrong; nothing was done. "
            "`targetexpr sql` takes --decimals and --type, and `rule.on(frame)` in Python looks for itself.",
            file=sys.stderr,
        )
        return 1
    verdicts = spark.sql(QUERY)
    if output is not None:
        verdicts.write.parquet(output)
        verdicts = spark.read.parquet(output)
    rows, yes, no = verdicts.selectExpr("count(*)", "count_if(verdict)", "count_if(NOT verdict)").first()
    print(f"{{rows:,}} rows, {{yes:,}} yes, {{no:,}} no, {{rows - yes - no:,}} null")
    return 0


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__ + "\\n    " + RULE)
    sys.exit(main(*sys.argv[1:]))
'''


def spark_script(rule: str, query: Query, name: str = "rule.py") -> str:
    """The script of a rule, given its text and its query over a table called `VIEW`."""
    return _SCRIPT.format(name=name, rule=repr(rule), proof=repr(query.proof), query=repr(query.text), view=VIEW)
