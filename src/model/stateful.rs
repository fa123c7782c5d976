//! Which kinds keep data in the cluster, and how hard that data is to move.

use super::object::Object;
use crate::yaml::Node;

/// How hard it is to move what an object keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// One writer owns the data: it is either stopped or copied while it changes.
    SingleWriter,
    /// A replicated log or queue: two clusters never hold the same messages.
    Queue,
    /// Can be filled again from elsewhere; losing it costs time.
    Rebuildable,
    /// A name and an order, no data.
    IdentityOnly,
}

impl Grade {
    /// The grade of an object; nothing if its kind is not known to keep anything.
    pub fn of(object: Object<'_>) -> Option<Self> {
        if object.is("apps", "StatefulSet") || object.is("apps.kruise.io", "StatefulSet") {
            return Some(Self::of_stateful_set(object));
        }
        known(object).map(|(grade, _)| grade)
    }

    fn of_stateful_set(object: Object<'_>) -> Self {
        let claims = has_claim_templates(object);
        let pods = object.at(&["spec", "template", "spec"]);
        let mounted = pods.is_some_and(|pods| mounted_claims(pods).next().is_some());
        if claims || mounted { Self::SingleWriter } else { Self::IdentityOnly }
    }

    /// Whether the only copy may be inside the cluster.
    pub fn is_data(self) -> bool {
        matches!(self, Self::SingleWriter | Self::Queue)
    }
}

/// What data an object keeps in the cluster, in words for a message: what is gone with the cluster unless somebody
/// saved it. What can be filled again is not data here.
pub fn data_of(object: Object<'_>) -> Option<&'static str> {
    if object.is("", "PersistentVolumeClaim") {
        return Some("a volume");
    }
    if object.is("apps", "StatefulSet") {
        return data_of_stateful_set(object);
    }
    if object.is("", "PersistentVolume") {
        // Volumes of other kinds are only named here; their data is elsewhere and survives the cluster.
        let kinds: [&[&str]; 2] = [&["spec", "local"], &["spec", "hostPath"]];
        return kinds.into_iter().any(|path| object.at(path).is_some()).then_some("a disk of a node");
    }
    known(object).filter(|(grade, _)| grade.is_data()).map(|(_, words)| words)
}

fn data_of_stateful_set(object: Object<'_>) -> Option<&'static str> {
    if has_claim_templates(object) {
        return Some("a volume for each pod");
    }
    let volumes = object.at(&["spec", "template", "spec", "volumes"]);
    let on_node = volumes.into_iter().flat_map(Node::items).any(|volume| volume.get("hostPath").is_some());
    on_node.then_some("a folder of its node")
}

/// A `StatefulSet` makes a volume for each of its pods.
fn has_claim_templates(object: Object<'_>) -> bool {
    object.at(&["spec", "volumeClaimTemplates"]).is_some_and(|claims| !claims.is_empty())
}

/// The claims a pod mounts, each at its `claimName`.
pub fn mounted_claims(pod_spec: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let volumes = pod_spec.get("volumes").into_iter().flat_map(Node::items);
    volumes.filter_map(|volume| volume.at(&["persistentVolumeClaim", "claimName"]))
}

fn known(object: Object<'_>) -> Option<(Grade, &'static str)> {
    let mut kinds = KINDS.iter().filter(|(_, kind, ..)| object.kind() == *kind);
    let known = kinds.find(|(group, ..)| group_matches(object.group(), group));
    known.map(|(_, _, grade, words)| (*grade, *words))
}

/// `*` in front stands for any group that ends so.
fn group_matches(group: &str, pattern: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(domain) => group.ends_with(domain),
        None => group == pattern,
    }
}

/// Group, kind, how hard to move, and what it keeps. Source: the custom resource definitions of each operator, read in November 2026.
const KINDS: &[(&str, &str, Grade, &str)] = &[
    ("postgresql.cnpg.io", "Cluster", Grade::SingleWriter, "a PostgreSQL database"),
    ("acid.zalan.do", "postgresql", Grade::SingleWriter, "a PostgreSQL database"),
    ("postgres-operator.crunchydata.com", "PostgresCluster", Grade::SingleWriter, "a PostgreSQL database"),
    ("stackgres.io", "SGCluster", Grade::SingleWriter, "a PostgreSQL database"),
    ("pxc.percona.com", "PerconaXtraDBCluster", Grade::SingleWriter, "a MySQL database"),
    ("ps.percona.com", "PerconaServerMySQL", Grade::SingleWriter, "a MySQL database"),
    ("pgv2.percona.com", "PerconaPGCluster", Grade::SingleWriter, "a PostgreSQL database"),
    ("psmdb.percona.com", "PerconaServerMongoDB", Grade::SingleWriter, "a MongoDB database"),
    ("moco.cybozu.com", "MySQLCluster", Grade::SingleWriter, "a MySQL database"),
    ("mysql.oracle.com", "InnoDBCluster", Grade::SingleWriter, "a MySQL database"),
    ("mysql.presslabs.org", "MysqlCluster", Grade::SingleWriter, "a MySQL database"),
    ("k8s.mariadb.com", "MariaDB", Grade::SingleWriter, "a MariaDB database"),
    ("mongodbcommunity.mongodb.com", "MongoDBCommunity", Grade::SingleWriter, "a MongoDB database"),
    ("mongodb.com", "MongoDB", Grade::SingleWriter, "a MongoDB database"),
    ("cassandra.datastax.com", "CassandraDatacenter", Grade::SingleWriter, "a Cassandra database"),
    ("k8ssandra.io", "K8ssandraCluster", Grade::SingleWriter, "a Cassandra database"),
    ("scylla.scylladb.com", "ScyllaCluster", Grade::SingleWriter, "a ScyllaDB database"),
    ("crdb.cockroachlabs.com", "CrdbCluster", Grade::SingleWriter, "a CockroachDB database"),
    ("clickhouse.altinity.com", "ClickHouseInstallation", Grade::SingleWriter, "a ClickHouse database"),
    ("etcd.database.coreos.com", "EtcdCluster", Grade::SingleWriter, "an etcd store"),
    ("operator.etcd.io", "EtcdCluster", Grade::SingleWriter, "an etcd store"),
    ("vault.banzaicloud.com", "Vault", Grade::SingleWriter, "a Vault store"),
    ("minio.min.io", "Tenant", Grade::SingleWriter, "an object store"),
    ("ceph.rook.io", "CephCluster", Grade::SingleWriter, "Ceph storage"),
    ("ceph.rook.io", "CephBlockPool", Grade::SingleWriter, "Ceph storage"),
    ("ceph.rook.io", "CephObjectStore", Grade::SingleWriter, "Ceph storage"),
    ("ceph.rook.io", "CephFilesystem", Grade::SingleWriter, "Ceph storage"),
    ("ocs.openshift.io", "StorageCluster", Grade::SingleWriter, "Ceph storage"),
    ("kafka.strimzi.io", "Kafka", Grade::Queue, "a Kafka log"),
    ("rabbitmq.com", "RabbitmqCluster", Grade::Queue, "a RabbitMQ queue"),
    ("zookeeper.pravega.io", "ZookeeperCluster", Grade::Queue, "a ZooKeeper store"),
    ("pulsar.streamnative.io", "PulsarBroker", Grade::Queue, "a Pulsar log"),
    ("jetstream.nats.io", "Stream", Grade::Queue, "a NATS stream"),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch", Grade::Rebuildable, "what can be filled again"),
    ("opensearch.opster.io", "OpenSearchCluster", Grade::Rebuildable, "what can be filled again"),
    ("databases.spotahome.com", "RedisFailover", Grade::Rebuildable, "what can be filled again"),
    ("*redis.opstreelabs.in", "Redis", Grade::Rebuildable, "what can be filled again"),
    ("*redis.opstreelabs.in", "RedisCluster", Grade::Rebuildable, "what can be filled again"),
    ("monitoring.coreos.com", "Prometheus", Grade::Rebuildable, "what can be filled again"),
    ("monitoring.coreos.com", "Alertmanager", Grade::Rebuildable, "what can be filled again"),
    ("monitoring.coreos.com", "ThanosRuler", Grade::Rebuildable, "what can be filled again"),
    ("operator.victoriametrics.com", "VMSingle", Grade::Rebuildable, "what can be filled again"),
    ("operator.victoriametrics.com", "VMCluster", Grade::Rebuildable, "what can be filled again"),
    ("operator.victoriametrics.com", "VMAlertmanager", Grade::Rebuildable, "what can be filled again"),
    ("loki.grafana.com", "LokiStack", Grade::Rebuildable, "what can be filled again"),
    ("tempo.grafana.com", "TempoStack", Grade::Rebuildable, "what can be filled again"),
];
