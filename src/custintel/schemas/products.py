"""The canonical table of products, and the headers that exports give its columns.

Synonyms cover English and French usage and the products of Salesforce, HubSpot, Shopify and
Zoho.
"""

from custintel._text import mark as N_
from custintel.schemas.columns import Column, Table

PRODUCTS = Table(
    name="products",
    key=("product_id",),
    columns={
        "product_id": Column(
            "id",
            N_("one per product; never missing"),
            required=True,
            synonyms=(
                *("id", "product", "product code", "productid", "productcode", "product no"),
                *("product number", "product2id", "sku", "variant sku", "hs sku", "item"),
                *("item id", "item code", "item number", "article id", "stockcode"),
                *("produit", "id produit", "code produit", "ref produit"),
                *("reference produit", "n produit", "article", "code article"),
                *("ref article", "reference article", "reference"),
            ),
        ),
        "product_name": Column(
            "text",
            N_("name of the product"),
            synonyms=(
                *("name", "title", "item name", "product title", "label"),
                *("nom", "nom du produit", "nom produit", "libelle", "designation"),
                *("libelle produit", "intitule", "titre"),
            ),
        ),
        "category": Column(
            "text",
            N_("group of products"),
            synonyms=(
                *("product category", "product type", "product group", "product line"),
                *("product family", "family", "type", "categorie", "categorie de produit"),
                *("categorie produit", "famille", "famille de produits", "famille produit"),
                *("gamme", "rayon"),
            ),
        ),
        "launched_at": Column(
            "instant",
            N_("when it was first sold"),
            synonyms=(
                *("launch date", "launched", "launched on", "release date", "published at"),
                *("sales start date", "available from", "date de lancement"),
                *("date lancement", "lance le", "date de sortie", "mise en vente"),
            ),
        ),
        "unit_price": Column(
            "money",
            N_("list price of one unit"),
            synonyms=(
                *("price", "list price", "unitprice", "listprice", "variant price"),
                *("standard price", "prix", "prix unitaire", "prix de vente", "tarif"),
                *("prix catalogue", "prix public", "prix ht", "prix unitaire ht"),
            ),
        ),
        "currency": Column(
            "currency",
            N_("ISO 4217 code of the price"),
            synonyms=("currency code", "currencyisocode", "devise", "code devise", "monnaie"),
        ),
        "source_system": Column("text", N_("system that the row came from")),
        "source_id": Column("id", N_("identity of the row in that system")),
    },
)
