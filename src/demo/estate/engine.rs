//! Database engines, as RDS names them.

/// Which of AWS's services an engine belongs to. RDS's calls return all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Rds,
    Neptune,
    DocumentDb,
}

impl Family {
    /// The service's part of a CloudFormation type name.
    pub(crate) const fn cloudformation(self) -> &'static str {
        match self {
            Self::Rds => "RDS",
            Self::Neptune => "Neptune",
            Self::DocumentDb => "DocDB",
        }
    }

    /// The service's part of an endpoint's host name.
    pub(crate) const fn host(self) -> &'static str {
        match self {
            Self::Rds => "rds",
            Self::Neptune => "neptune",
            Self::DocumentDb => "docdb",
        }
    }
}

/// One version of one engine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Engine {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) family: Family,
    pub(crate) license: &'static str,
    pub(crate) port: u16,
    /// The word in identifiers.
    pub(crate) short: &'static str,
    /// The parameter group's family.
    pub(crate) parameters: &'static str,
}

const fn rds(
    name: &'static str,
    version: &'static str,
    parameters: &'static str,
    (license, port, short): (&'static str, u16, &'static str),
) -> Engine {
    Engine { name, version, family: Family::Rds, license, port, short, parameters }
}

const POSTGRES: (&str, u16, &str) = ("postgresql-license", 5432, "pg");
const MYSQL: (&str, u16, &str) = ("general-public-license", 3306, "mysql");
const MARIADB: (&str, u16, &str) = ("general-public-license", 3306, "maria");
const ORACLE: (&str, u16, &str) = ("bring-your-own-license", 1521, "ora");
const SQLSERVER: (&str, u16, &str) = ("license-included", 1433, "mssql");
const AURORA_POSTGRES: (&str, u16, &str) = ("postgresql-license", 5432, "aurorapg");
const AURORA_MYSQL: (&str, u16, &str) = ("general-public-license", 3306, "aurora");

/// What DB instances of their own run.
pub(crate) static STANDALONE: [Engine; 10] = [
    rds("postgres", "17.6", "postgres17", POSTGRES),
    rds("mysql", "8.0.43", "mysql8.0", MYSQL),
    rds("postgres", "16.9", "postgres16", POSTGRES),
    rds("mariadb", "11.4.7", "mariadb11.4", MARIADB),
    rds("sqlserver-se", "16.00.4195.2.v1", "sqlserver-se-16.0", SQLSERVER),
    rds("oracle-ee", "19.0.0.0.ru-2026-01.rur-2026-01.r1", "oracle-ee-19", ORACLE),
    rds("postgres", "13.22", "postgres13", POSTGRES),
    rds("mysql", "5.7.44-rds.20250818", "mysql5.7", MYSQL),
    rds("sqlserver-ex", "15.00.4430.1.v1", "sqlserver-ex-15.0", SQLSERVER),
    rds("oracle-se2", "21.0.0.0.ru-2026-01.rur-2026-01.r1", "oracle-se2-21", ORACLE),
];

/// What clusters run. In this order, so that a place with five clusters has them all.
pub(crate) static CLUSTERED: [Engine; 5] = [
    rds("aurora-postgresql", "16.8", "aurora-postgresql16", AURORA_POSTGRES),
    Engine {
        name: "docdb",
        version: "5.0.0",
        family: Family::DocumentDb,
        license: "na",
        port: 27017,
        short: "docs",
        parameters: "docdb5.0",
    },
    Engine {
        name: "neptune",
        version: "1.4.5.1",
        family: Family::Neptune,
        license: "amazon-license",
        port: 8182,
        short: "graph",
        parameters: "neptune1.4",
    },
    rds("aurora-mysql", "8.0.mysql_aurora.3.10.0", "aurora-mysql8.0", AURORA_MYSQL),
    // A Multi-AZ DB cluster: not Aurora, with storage of its own.
    rds("postgres", "16.9", "postgres16", ("postgresql-license", 5432, "multiaz")),
];

impl Engine {
    /// Whether the cluster's storage grows by itself (Aurora, Neptune, DocumentDB), so that its size is told as 1.
    pub(crate) fn has_cluster_storage(&self) -> bool {
        self.name.starts_with("aurora") || self.family != Family::Rds
    }

    /// Whether RDS makes read replicas of it.
    pub(crate) fn has_replicas(&self) -> bool {
        matches!(self.name, "postgres" | "mysql" | "mariadb")
    }
}
