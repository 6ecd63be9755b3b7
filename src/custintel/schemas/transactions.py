"""The canonical table of purchases, and the headers that exports give its columns.

Synonyms cover English and French usage and the exports of Shopify, Stripe, Salesforce,
HubSpot and the UCI "Online Retail" data. A header that means two things in those systems
(Shopify's ``Name`` and ``Id``, Stripe's ``id``) is no synonym: it is named by the user.
"""

from custintel._text import mark as N_
from custintel.schemas.columns import Column, Table

TRANSACTIONS = Table(
    name="transactions",
    key=("order_id", "line_id"),
    columns={
        "order_id": Column(
            "id",
            N_("one per order, not per order line; each row is an order when there is none"),
            synonyms=(
                *("order", "order no", "order nr", "order number", "orderid", "ordernumber"),
                *("order name", "invoice", "invoice id", "invoice no", "invoice number"),
                *("invoiceno", "transaction id", "receipt number", "paymentintent id"),
                *("commande", "id commande", "n commande", "n de commande", "no commande"),
                *("no de commande", "numero commande", "numero de commande", "num commande"),
                *("ref commande", "reference commande", "reference de commande"),
                *("facture", "n facture", "n de facture", "no facture", "numero de facture"),
                *("id transaction", "numero de transaction", "ticket", "numero de ticket"),
            ),
        ),
        "line_id": Column(
            "id",
            N_("position or identity of the line within its order"),
            synonyms=(
                *("line", "line no", "line number", "line item id", "lineitem id", "order line"),
                *("ligne", "id ligne", "n ligne", "n de ligne", "no ligne", "numero de ligne"),
            ),
        ),
        "customer_id": Column(
            "id",
            N_("who bought; resolved identity, never missing"),
            required=True,
            synonyms=(
                *("customer", "customer no", "customer number", "customerid", "customer code"),
                *("client", "client id", "clientid", "client no", "client number", "client code"),
                *("cust id", "buyer id", "user id", "member id", "contact id", "account id"),
                *("accountid", "contactid", "id client", "code client", "n client", "no client"),
                *("numero client", "num client", "n de client", "no de client"),
                *("numero de client", "identifiant client", "ref client", "reference client"),
                *("acheteur", "id acheteur", "adherent", "numero adherent", "id contact"),
            ),
        ),
        "ordered_at": Column(
            "instant",
            N_("local time of the sale, without time zone"),
            required=True,
            synonyms=(
                *("date", "order date", "orderdate", "ordered on", "date ordered", "order time"),
                *("purchase date", "date of purchase", "transaction date", "sale date"),
                *("sales date", "invoice date", "invoicedate", "created", "created at"),
                *("created date", "createddate", "effectivedate", "order start date"),
                *("processed at", "date commande", "date de commande", "date de la commande"),
                *("date achat", "date d achat", "date de l achat", "date vente", "date de vente"),
                *("date facture", "date de facture", "date de facturation", "jour"),
                *("date de transaction", "date transaction", "commande le"),
            ),
        ),
        "product_id": Column(
            "id",
            N_("what was bought"),
            synonyms=(
                *("product", "product code", "productid", "product no", "product number"),
                *("product2id", "productcode", "sku", "item", "item id", "item code"),
                *("item number", "article id", "lineitem sku", "stockcode", "stock code"),
                *("produit", "id produit", "code produit", "ref produit", "reference produit"),
                *("n produit", "article", "code article", "ref article", "reference article"),
            ),
        ),
        "category": Column(
            "text",
            N_("group of products"),
            synonyms=(
                *("product category", "product type", "product group", "product line", "family"),
                *("categorie", "categorie de produit", "categorie produit", "famille"),
                *("famille de produits", "famille produit", "gamme", "rayon"),
            ),
        ),
        "channel": Column(
            "text",
            N_("where or how it was bought"),
            synonyms=(
                *("sales channel", "source name", "order source", "canal", "canal de vente"),
                *("canal vente", "canal d achat", "point de vente"),
            ),
        ),
        "quantity": Column(
            "number",
            N_("units on the line; negative when returned"),
            synonyms=(
                *("qty", "units", "n units", "number of units", "lineitem quantity"),
                *("number of cds", "quantite", "qte", "nb", "nombre", "nombre d articles"),
                *("quantite commandee", "unites"),
            ),
        ),
        "revenue": Column(
            "money",
            N_("amount of the line in one currency; 0 is a purchase, negative a refund"),
            required=True,
            synonyms=(
                *("amount", "total", "sales", "order total", "order amount", "line total"),
                *("total amount", "totalamount", "totalprice", "total price", "net amount"),
                *("gross amount", "net sales", "sales amount", "dollar value", "turnover"),
                *("value", "order value", "transaction amount", "amount paid", "total paid"),
                *("montant", "montant ht", "montant ttc", "montant total", "montant net"),
                *("montant commande", "montant de la commande", "montant paye", "total ht"),
                *("total ttc", "total commande", "prix total", "ca", "ca ht", "ca ttc", "ca net"),
                *("chiffre d affaires", "chiffre d affaires ht", "chiffre d affaire", "ventes"),
            ),
        ),
        "cost": Column(
            "money",
            N_("cost of the goods of the line, in the currency of the revenue"),
            synonyms=(
                *("costs", "cost of goods", "cost of goods sold", "cogs", "line cost"),
                *("total cost", "cout", "couts", "cout total", "cout d achat", "cout de revient"),
                *("prix de revient", "cout des marchandises"),
            ),
        ),
        "discount": Column(
            "money",
            N_("amount taken off the line, in the currency of the revenue"),
            synonyms=(
                *("discount amount", "lineitem discount", "discounts", "total discount"),
                *("remise", "montant remise", "montant de la remise", "rabais", "reduction"),
                *("montant de la reduction",),
            ),
        ),
        "currency": Column(
            "currency",
            N_("ISO 4217 code of the amounts"),
            synonyms=("currency code", "currencyisocode", "devise", "code devise", "monnaie"),
        ),
        "partner_id": Column(
            "id",
            N_("reseller or partner through whom it was sold"),
            synonyms=(
                *("partner", "reseller", "reseller id", "partenaire", "id partenaire"),
                *("code partenaire", "revendeur", "id revendeur", "code revendeur"),
            ),
        ),
        "campaign_id": Column(
            "id",
            N_("campaign that the sale is credited to"),
            synonyms=(
                *("campaign", "campaignid", "campaign code", "utm campaign", "campagne"),
                *("id campagne", "code campagne"),
            ),
        ),
        "source_system": Column("text", N_("system that the row came from")),
        "source_id": Column("id", N_("identity of the row in that system")),
    },
    # "Account ID" alone is the customer; beside a column of persons it is their company.
    beside={
        "account_id": Column(
            "id",
            N_("company that the customer belongs to"),
            synonyms=(
                *("accountid", "company id", "companyid", "organization id", "organisation id"),
                *("id compte", "code compte", "id societe", "code societe", "id entreprise"),
                *("account", "company", "organization", "organisation", "compte", "societe"),
                *("entreprise", "account name", "company name", "raison sociale"),
            ),
        ),
    },
)
