"""What the emulators are filled with, through boto3, before awsinv reads it.

The estate is small but has one of everything that reads differently: several Regions and states, reservations of
several instances, more than one page of databases and functions, clusters of three products, tags in several
scripts and none at all, and a second account behind AssumeRole.
"""

import dataclasses
import io
import pathlib
import zipfile

import servers
from servers import Credentials, Server

MAIN = "123456789012"
OTHER = servers.MINISTACK_ROLE_ACCOUNT

# More than DescribeDBInstances' largest page (100) and ListFunctions' (50).
DATABASES = 105
FUNCTIONS = 60

# It stands in every function's environment, where awsinv may not look.
SECRET = "PLANTED-SECRET-in-the-environment"

TAGS = {"Name": "Grüße aus 東京", "env": "prod", "owner": "Zoë O'Hara <zoë@example.com>", "empty": "", "キー": "値"}


@dataclasses.dataclass(frozen=True)
class Account:
    """One seeded account and how to get at it."""

    id: str
    credentials: Credentials
    profile: str


@dataclasses.dataclass(frozen=True)
class Estate:
    """A seeded server."""

    server: Server
    accounts: tuple[Account, ...]

    def environment(self) -> dict[str, str]:
        """The main account's credentials and this server, as AWS_* variables."""
        return {
            **self.accounts[0].credentials.environment(),
            "AWS_ENDPOINT_URL": self.server.url,
            "AWS_REGION": "us-east-1",
        }

    def write_profiles(self, home: pathlib.Path, endpoint_in_profile: bool) -> None:
        """Config and credentials files with a profile for each account: keys for `main`, a role for `other`."""
        endpoint = f"endpoint_url = {self.server.url}\n" if endpoint_in_profile else ""
        main = self.accounts[0]
        folder = home / ".aws"
        folder.mkdir()
        (folder / "credentials").write_text(
            f"[main]\naws_access_key_id = {main.credentials.access_key_id}\n"
            f"aws_secret_access_key = {main.credentials.secret_access_key}\n"
        )
        (folder / "config").write_text(
            f"[profile main]\nregion = us-east-1\n{endpoint}\n"
            f"[profile other]\nregion = eu-west-1\nrole_arn = arn:aws:iam::{OTHER}:role/inventory\n"
            f"source_profile = main\n{endpoint}"
        )


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as EC2 and RDS take them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def code() -> bytes:
    """The smallest deployment package."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return 'ok'\n")
    return package.getvalue()


def run_instances(server: Server, credentials: Credentials, region: str, count: int, tags=None, **more) -> list[str]:
    """Starts one reservation of instances and answers their ids."""
    if tags is not None:
        more["TagSpecifications"] = [{"ResourceType": "instance", "Tags": tag_list(tags)}]
    answer = server.client("ec2", credentials, region).run_instances(
        MinCount=count, MaxCount=count, **{"ImageId": image(server, credentials, region), **more}
    )
    return [instance["InstanceId"] for instance in answer["Instances"]]


def image(server: Server, credentials: Credentials, region: str, windows: bool = False) -> str:
    """An image that the emulator knows."""
    images = server.client("ec2", credentials, region).describe_images()["Images"]
    return next(i["ImageId"] for i in images if ("windows" in i["Name"].lower()) == windows)


def create_databases(server: Server, credentials: Credentials, region: str, prefix: str, count: int) -> None:
    """Creates plain databases."""
    rds = server.client("rds", credentials, region)
    for number in range(count):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{prefix}-{number:05}",
            DBInstanceClass="db.t3.micro",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="master",
            MasterUserPassword=SECRET,
            Tags=tag_list({"number": str(number)}),
        )


def create_functions(
    server: Server, credentials: Credentials, region: str, prefix: str, count: int, tagged: bool = True
) -> None:
    """Creates plain functions, with a secret in each one's environment."""
    role = function_role(server, credentials)
    client = server.client("lambda", credentials, region)
    package = code()
    for number in range(count):
        client.create_function(
            FunctionName=f"{prefix}-{number:05}",
            Runtime="python3.12",
            Role=role,
            Handler="app.handler",
            Code={"ZipFile": package},
            Environment={"Variables": {"DB_PASSWORD": SECRET}},
            **({"Tags": {"number": str(number), "équipe": "données"}} if tagged else {}),
        )


def function_role(server: Server, credentials: Credentials) -> str:
    """A role that Lambda may assume, made once an account."""
    iam = server.client("iam", credentials)
    try:
        return iam.get_role(RoleName="function")["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        trust = (
            '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",'
            ' "Principal": {"Service": "lambda.amazonaws.com"}}]}'
        )
        return iam.create_role(RoleName="function", AssumeRolePolicyDocument=trust)["Role"]["Arn"]


def _instances(server: Server, who: Credentials) -> None:
    ec2 = server.client("ec2", who, "us-east-1")
    ids = run_instances(server, who, "us-east-1", 4, TAGS, InstanceType="t3.micro")
    ec2.stop_instances(InstanceIds=ids[1:2])
    ec2.terminate_instances(InstanceIds=ids[2:3])
    ec2.create_key_pair(KeyName="operators")
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=subnet["VpcId"])["GroupId"]
    iam = server.client("iam", who)
    iam.create_instance_profile(InstanceProfileName="web")
    # One with everything set, and no Name tag.
    run_instances(
        server,
        who,
        "us-east-1",
        2,
        {"env": "test"},
        InstanceType="m5.large",
        KeyName="operators",
        SubnetId=subnet["SubnetId"],
        SecurityGroupIds=[group],
        EbsOptimized=True,
        Monitoring={"Enabled": True},
        IamInstanceProfile={"Name": "web"},
        Placement={"AvailabilityZone": subnet["AvailabilityZone"], "Tenancy": "dedicated"},
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        HibernationOptions={"Configured": True},
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 30, "VolumeType": "gp3"}},
            {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 100, "VolumeType": "gp3"}},
        ],
        UserData=SECRET,
    )
    # No tags at all; bought as spot.
    run_instances(server, who, "us-east-1", 1, InstanceType="c5.xlarge", InstanceMarketOptions={"MarketType": "spot"})
    windows = image(server, who, "us-east-1", windows=True)
    run_instances(server, who, "us-east-1", 1, {"Name": "win"}, InstanceType="m5.large", ImageId=windows)
    run_instances(server, who, "eu-west-1", 2, {"Name": "eu"}, InstanceType="t4g.small")
    run_instances(server, who, "ap-southeast-2", 1, {"Name": "down under"}, InstanceType="t3.nano")


def _databases(server: Server, who: Credentials, engines: list[str]) -> None:
    create_databases(server, who, "us-east-1", "orders", DATABASES)
    rds = server.client("rds", who, "us-east-1")
    rds.create_db_instance(
        DBInstanceIdentifier="ledger",
        DBInstanceClass="db.m5.xlarge",
        Engine="postgres",
        DBName="ledger",
        AllocatedStorage=400,
        MaxAllocatedStorage=1000,
        StorageType="io1",
        Iops=3000,
        MultiAZ=True,
        StorageEncrypted=True,
        PubliclyAccessible=False,
        BackupRetentionPeriod=14,
        DeletionProtection=True,
        CopyTagsToSnapshot=True,
        EnableIAMDatabaseAuthentication=True,
        EnableCloudwatchLogsExports=["postgresql"],
        PreferredMaintenanceWindow="sun:05:00-sun:06:00",
        MasterUsername="master",
        MasterUserPassword=SECRET,
        Tags=tag_list(TAGS),
    )
    for engine in engines:
        rds.create_db_cluster(
            DBClusterIdentifier=f"{engine}-cluster",
            Engine=engine,
            MasterUsername="master",
            MasterUserPassword=SECRET,
            BackupRetentionPeriod=7,
            Tags=tag_list(TAGS),
        )
        for member in range(2):
            rds.create_db_instance(
                DBInstanceIdentifier=f"{engine}-{member}",
                DBInstanceClass="db.r5.large",
                Engine=engine,
                DBClusterIdentifier=f"{engine}-cluster",
            )
    create_databases(server, who, "eu-west-1", "orders", 1)


def _functions(server: Server, who: Credentials) -> None:
    create_functions(server, who, "us-east-1", "orders", FUNCTIONS)
    client = server.client("lambda", who, "us-east-1")
    client.create_function(
        FunctionName="everything",
        Runtime="nodejs20.x",
        Role=function_role(server, who),
        Handler="app.handler",
        Code={"ZipFile": code()},
        Description="Everything that can be set — всё",
        MemorySize=1769,
        Timeout=900,
        Architectures=["arm64"],
        EphemeralStorage={"Size": 2048},
        TracingConfig={"Mode": "Active"},
        DeadLetterConfig={"TargetArn": f"arn:aws:sqs:us-east-1:{MAIN}:dead-letters"},
        LoggingConfig={"LogFormat": "JSON", "LogGroup": "/custom/group"},
        Environment={"Variables": {"API_KEY": SECRET}},
        Tags={"empty": "", "ключ": "значение"},
    )
    create_functions(server, who, "eu-west-1", "untagged", 3, tagged=False)


def _second_account(server: Server, who: Credentials) -> None:
    run_instances(server, who, "eu-west-1", 2, {"Name": "other account"}, InstanceType="t3.micro")
    create_databases(server, who, "eu-west-1", "other", 2)
    create_functions(server, who, "eu-west-1", "other", 2)


def moto(server: Server) -> Estate:
    """moto's estate. It knows no docdb, and one of its Regions is not opted in."""
    main = Account(MAIN, Credentials("AKIAIOSFODNN7EXAMPLE"), "main")
    _instances(server, main.credentials)
    _databases(server, main.credentials, ["aurora-postgresql", "neptune"])
    _functions(server, main.credentials)
    # Whoever reads a Region that is not enabled finds this one.
    run_instances(server, main.credentials, "ap-east-1", 1, {"Name": "behind the opt-in"}, InstanceType="t3.micro")
    other = Account(OTHER, server.assume(OTHER, main.credentials), "other")
    _second_account(server, other.credentials)
    return Estate(server, (main, other))


def ministack(server: Server) -> Estate:
    """ministack's estate."""
    main = Account(MAIN, Credentials(MAIN), "main")
    _instances(server, main.credentials)
    _databases(server, main.credentials, ["aurora-postgresql", "neptune", "docdb"])
    _functions(server, main.credentials)
    other = Account(OTHER, server.assume(OTHER, main.credentials), "other")
    _second_account(server, other.credentials)
    return Estate(server, (main, other))
