//! Data that lives in the cluster: what is gone with the cluster unless somebody saved it.
//!
//! What can be built again, such as metrics, search indexes and caches, is not in the table.

use super::object::Object;
use crate::yaml::Node;

/// Databases and storage run by an operator. Source: the documentation of each operator.
const OPERATED: &[(&str, &str, &str)] = &[
    ("postgresql.cnpg.io", "Cluster", "a PostgreSQL database"),
    ("acid.zalan.do", "postgresql", "a PostgreSQL database"),
    ("postgres-operator.crunchydata.com", "PostgresCluster", "a PostgreSQL database"),
    ("pxc.percona.com", "PerconaXtraDBCluster", "a MySQL database"),
    ("ps.percona.com", "PerconaServerMySQL", "a MySQL database"),
    ("pgv2.percona.com", "PerconaPGCluster", "a PostgreSQL database"),
    ("psmdb.percona.com", "PerconaServerMongoDB", "a MongoDB database"),
    ("moco.cybozu.com", "MySQLCluster", "a MySQL database"),
    ("mysql.oracle.com", "InnoDBCluster", "a MySQL database"),
    ("k8s.mariadb.com", "MariaDB", "a MariaDB database"),
    ("mongodbcommunity.mongodb.com", "MongoDBCommunity", "a MongoDB database"),
    ("cassandra.datastax.com", "CassandraDatacenter", "a Cassandra database"),
    ("k8ssandra.io", "K8ssandraCluster", "a Cassandra database"),
    ("scylla.scylladb.com", "ScyllaCluster", "a ScyllaDB database"),
    ("crdb.cockroachlabs.com", "CrdbCluster", "a CockroachDB database"),
    ("minio.min.io", "Tenant", "an object store"),
    ("kafka.strimzi.io", "Kafka", "a Kafka log"),
    ("rabbitmq.com", "RabbitmqCluster", "a RabbitMQ queue"),
];

/// What data an object keeps in the cluster, in words for a message.
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
    OPERATED.iter().find(|(group, kind, _)| object.is(group, kind)).map(|(_, _, words)| *words)
}

fn data_of_stateful_set(object: Object<'_>) -> Option<&'static str> {
    if object.at(&["spec", "volumeClaimTemplates"]).is_some_and(has_items) {
        return Some("a volume for each pod");
    }
    let volumes = object.at(&["spec", "template", "spec", "volumes"]);
    let on_node = volumes.into_iter().flat_map(Node::items).any(|volume| volume.get("hostPath").is_some());
    on_node.then_some("a folder of its node")
}

fn has_items(node: Node<'_>) -> bool {
    node.items().next().is_some()
}
