//! The estate as its tests see it: what a complete inventory has to find.

use serde_json::{Map, Value, json};

use super::{Estate, Kind, Shard};

impl Estate {
    /// Every account, its Regions, and every resource, as JSON.
    pub fn truth(&self) -> Value {
        let accounts: Vec<Value> = self
            .accounts()
            .iter()
            .enumerate()
            .map(|(at, account)| {
                let names = |enabled: bool| -> Vec<&str> {
                    let of = self.regions(at).iter().filter(|(_, opt_in)| opt_in.is_enabled() == enabled);
                    of.map(|(region, _)| region.name).collect()
                };
                json!({
                    "id": account.id,
                    "name": account.name,
                    "access_key_id": account.access_key_id,
                    "secret_access_key": account.secret_access_key,
                    "regions": names(true),
                    "regions_not_enabled": names(false),
                })
            })
            .collect();
        let resources: Vec<Value> = self.shards().flat_map(|shard| resources(&shard)).collect();
        json!({ "seed": self.seed, "accounts": accounts, "resources": resources })
    }
}

fn resources(shard: &Shard<'_>) -> Vec<Value> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        all.extend((0..shard.count(kind)).map(|index| resource(shard, kind, index)));
    }
    all
}

fn resource(shard: &Shard<'_>, kind: Kind, index: usize) -> Value {
    let place = &shard.place;
    let mut value = match kind {
        Kind::Instance => {
            let instance = shard.instance(index);
            json!({
                "type": "AWS::EC2::Instance",
                "arn": place.arn("ec2", format_args!("instance/{}", instance.id)),
                "id": instance.id,
                "state": instance.state.name(),
                "class": instance.instance_type.name,
                "tags": tags(&instance.tags),
                "hidden_by_default": instance.managed_by.is_some(),
                "monitoring": instance.monitoring,
                "launched_at": instance.launched_at,
                "stopped_at": instance.stopped_at,
            })
        }
        Kind::Database => {
            let database = shard.database(index);
            json!({
                "type": format!("AWS::{}::DBInstance", database.engine.family.cloudformation()),
                "arn": place.arn("rds", format_args!("db:{}", database.identifier)),
                "id": database.identifier,
                "state": database.status,
                "class": database.class,
                "engine": database.engine.name,
                "role": match &database.cluster {
                    Some((_, 0)) => "writer",
                    Some(_) => "reader",
                    None if database.replica_of.is_some() => "replica",
                    None => "standalone",
                },
                "storage_gib": database.storage.gibibytes,
                "created_at": database.created_at,
                "tags": tags(&database.tags),
            })
        }
        Kind::Cluster => {
            let cluster = shard.cluster(index);
            json!({
                "type": format!("AWS::{}::DBCluster", cluster.engine.family.cloudformation()),
                "arn": place.arn("rds", format_args!("cluster:{}", cluster.identifier)),
                "id": cluster.identifier,
                "state": cluster.status,
                "class": cluster.instance_class(),
                "engine": cluster.engine.name,
                "members": shard.members(index).len(),
                "serverless": cluster.serverless.map(|(low, high)| [low, high]),
                "created_at": cluster.created_at,
                "tags": tags(&cluster.tags),
            })
        }
        Kind::Function => {
            let function = shard.function(index);
            json!({
                "type": "AWS::Lambda::Function",
                "arn": function.arn,
                "id": function.name,
                "state": null,
                "class": null,
                "tags": tags(function.tags.as_deref().unwrap_or_default()),
            })
        }
    };
    value["account_id"] = Value::from(place.account.id.as_str());
    value["region"] = Value::from(place.region.name);
    value
}

fn tags(tags: &[(String, String)]) -> Map<String, Value> {
    tags.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect()
}
